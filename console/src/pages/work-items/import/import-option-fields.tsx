import { type JSX } from 'react';
import { useScopes } from '../../../api/queries.js';
import { SelectField } from '../../../ui/fields.js';
import { labelOf } from '../../../ui/schema-fields.js';
import { isKind, KINDS } from '../../../work-item/kinds.js';
import { type ImportOptions } from './send-file.js';

type Options = Omit<ImportOptions, 'dryRun'>;

const MODES = [
  ['all', 'all: every row, or none when one is wrong'],
  ['each', 'each: the good rows'],
] as const;

interface Props {
  readonly options: Options;
  readonly disabled: boolean;
  readonly onChange: (change: Partial<Options>) => void;
}

/** How a file is imported; another choice checks it anew. */
export function ImportOptionFields({ options, disabled, onChange }: Props): JSX.Element {
  const scopes = useScopes();
  const known = scopes.data?.items.map(({ scope }) => scope) ?? [];
  const listed = [...new Set([...known, ...(options.scope === '' ? [] : [options.scope])])];
  return (
    <fieldset className="import-options" disabled={disabled}>
      <legend className="hidden-text">How it is imported</legend>
      <div className="pair">
        <SelectField
          label="Kind of the rows"
          value={options.kind}
          choices={[
            ['', 'As its column says'],
            ...KINDS.map((kind) => [kind, labelOf(kind)] as const),
          ]}
          onChange={(kind) => onChange({ kind: isKind(kind) ? kind : '' })}
        />
        <SelectField
          label="Scope of rows without one"
          value={options.scope}
          choices={[['', 'Default'], ...listed.map((scope) => [scope, scope] as const)]}
          onChange={(scope) => onChange({ scope })}
        />
      </div>
      <div className="segments modes" role="radiogroup" aria-label="Mode">
        {MODES.map(([mode, text]) => (
          <label key={mode}>
            <input
              type="radio"
              name="mode"
              checked={options.mode === mode}
              onChange={() => onChange({ mode })}
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
