import { type JSX, type ReactNode } from 'react';

/** What to look at before a change whose outcome is unknown is sent again. */
export function Lost({ children }: { readonly children: ReactNode }): JSX.Element {
  return (
    <div role="status" className="lost">
      {children}
    </div>
  );
}
