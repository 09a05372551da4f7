import { type JSX } from 'react';
import { useScopes } from '../api/queries.js';
import { useSignedIn } from '../api/rights.js';
import { AreaField } from './fields.js';
import { scopesOf, withScope } from './scope-lines.js';

interface Props {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly required?: boolean;
  readonly help?: string;
}

const HELP = 'One a line: * for all, account/* for all of a type, account/acme for one.';
/** Most scopes that are offered. */
const OFFERED = 6;

/** Scopes that somebody or something is given: typed, or chosen of one's own and of those that there are. */
export function ScopesField({ value, onChange, required, help = HELP }: Props): JSX.Element {
  const own = useSignedIn().scopes;
  const known = useScopes().data?.items.map(({ scope }) => scope) ?? [];
  const chosen = scopesOf(value);
  const offered = [...new Set([...own, ...known])].filter((scope) => !chosen.includes(scope));
  return (
    <>
      <AreaField
        label="Scopes"
        help={help}
        rows={2}
        required={required}
        value={value}
        onChange={onChange}
      />
      {offered.length > 0 && (
        <div className="acts" role="group" aria-label="Add a scope">
          {offered.slice(0, OFFERED).map((scope) => (
            <button
              key={scope}
              type="button"
              className="chip"
              onClick={() => onChange(withScope(value, scope))}
            >
              <span className="chip-text">+ {scope}</span>
            </button>
          ))}
        </div>
      )}
    </>
  );
}
