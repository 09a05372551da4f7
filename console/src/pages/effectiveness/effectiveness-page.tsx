import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function EffectivenessPage(): JSX.Element {
  return <Page title="Effectiveness">{null}</Page>;
}
