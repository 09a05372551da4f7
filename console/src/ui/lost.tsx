import { type JSX, type ReactNode } from 'react';
import { ApiProblem } from '../api/client.js';

/** Whether a change got no answer: it may have been done. */
export function isLost(error: Error | null): boolean {
  return error !== null && !(error instanceof ApiProblem);
}

/** What to look at before a change whose answer was lost is sent again. */
export function Lost({ children }: { readonly children: ReactNode }): JSX.Element {
  return (
    <div role="status" className="lost">
      {children}
    </div>
  );
}
