import { type JSX } from 'react';
import { Link } from 'wouter';
import { Detail } from '../../next-action/detail.js';
import { queueAddress } from '../../next-action/queue-address.js';

/** One next best action as a page. */
export function ActionPage({ id }: { readonly id: string }): JSX.Element {
  return (
    <main className="page">
      <p className="back">
        <Link href={queueAddress()}>← Queue</Link>
      </p>
      <Detail id={id} heading="h1" />
    </main>
  );
}
