import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function EventsPage(): JSX.Element {
  return <Page title="Events">{null}</Page>;
}
