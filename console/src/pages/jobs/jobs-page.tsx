import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function JobsPage(): JSX.Element {
  return <Page title="Jobs">{null}</Page>;
}
