import { type JSX } from 'react';
import { Link } from 'wouter';
import { useNextAction } from '../api/queries.js';

/** Leads to a next best action by its title; by its id where that can't be read. */
export function NextActionLink({ id }: { readonly id: string }): JSX.Element {
  const { data } = useNextAction(id);
  return <Link href={`/actions/${id}`}>{data?.title ?? id}</Link>;
}
