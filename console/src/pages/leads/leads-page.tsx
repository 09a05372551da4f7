import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function LeadsPage(): JSX.Element {
  return <Page title="Leads">{null}</Page>;
}
