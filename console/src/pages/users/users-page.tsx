import { type JSX } from 'react';
import { Page } from '../../ui/page.js';

export function UsersPage(): JSX.Element {
  return <Page title="Users">{null}</Page>;
}
