import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function RiskPage(): JSX.Element {
  return <Page title="Risk">{null}</Page>;
}
