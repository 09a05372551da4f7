import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function TokensPage(): JSX.Element {
  return <Page title="Tokens">{null}</Page>;
}
