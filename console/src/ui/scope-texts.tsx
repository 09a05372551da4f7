import { type JSX } from 'react';

/** The scopes of somebody or something in one line; all of them on hover. */
export function ScopeTexts({ scopes }: { readonly scopes: readonly string[] }): JSX.Element {
  const text = scopes.join(', ');
  return (
    <div className="code" title={text}>
      {text}
    </div>
  );
}
