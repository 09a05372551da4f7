import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function WorkItemsPage(): JSX.Element {
  return <Page title="Work items">{null}</Page>;
}
