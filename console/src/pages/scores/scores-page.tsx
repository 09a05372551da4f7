import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function ScoresPage(): JSX.Element {
  return <Page title="Scores">{null}</Page>;
}
