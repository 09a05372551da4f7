import { type JSX } from 'react';
import { scopeName } from '../next-action/scope-name.js';

interface Props {
  readonly entityType: string;
  readonly entityId: string;
}

/** The scope of a row; a long one is cut, and whole on hover. */
export function ScopeTag(scope: Props): JSX.Element {
  const name = scopeName(scope);
  return (
    <span className="tag clipped" title={name}>
      {name}
    </span>
  );
}
