import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function WebhooksPage(): JSX.Element {
  return <Page title="Webhooks">{null}</Page>;
}
