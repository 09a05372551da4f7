import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { useScopes } from '../../api/queries.js';
import { useChange } from '../../ui/change.js';
import { SelectField } from '../../ui/fields.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { RISK_KEY } from './use-flag-change.js';

/** Where nobody pushed anything yet. */
const FIRST_SCOPE = 'command_center/command_center';
const ONE_SCOPE = /^[^*]+\/(?!\*$)/;

/** Runs the risk rules in the scope of the list; where that shows several, one is picked. */
export function RunRules({ scope }: { readonly scope: string }): JSX.Element {
  const [asks, setAsks] = useState(false);
  const isOne = ONE_SCOPE.test(scope);
  const run = useChange(runIn, {
    done: ({ created, updated, resolved }, ran) =>
      `Rules ran in ${ran}: ${created} opened, ${updated} updated, ${resolved} resolved`,
    renews: [RISK_KEY],
    onDone: () => setAsks(false),
    showsProblem: asks,
  });
  return (
    <>
      <button
        type="button"
        className="b"
        disabled={run.isPending}
        onClick={() => {
          run.reset();
          if (isOne) run.mutate(scope);
          else setAsks(true);
        }}
      >
        Run the rules{!isOne && '…'}
      </button>
      {asks && <PickScope run={run} onClose={() => setAsks(false)} />}
    </>
  );
}

function runIn(scope: string): Promise<{ created: number; updated: number; resolved: number }> {
  const slash = scope.indexOf('/');
  const body = { entityType: scope.slice(0, slash), entityId: scope.slice(slash + 1) };
  return bodyOf(api.POST('/api/risk/run-rules', { body }));
}

interface PickProps {
  readonly run: {
    readonly isPending: boolean;
    readonly error: Error | null;
    readonly mutate: (scope: string) => void;
  };
  readonly onClose: () => void;
}

function PickScope({ run, onClose }: PickProps): JSX.Element {
  const known = useScopes().data?.items.map(({ scope }) => scope) ?? [];
  const scopes = known.length === 0 ? [FIRST_SCOPE] : known;
  const [picked, setPicked] = useState('');
  const scope = picked === '' ? (scopes[0] ?? FIRST_SCOPE) : picked;
  return (
    <FormDialog
      title="Run the risk rules"
      description="They open and update flags, and resolve those whose condition is gone."
      submitLabel="Run"
      change={run}
      onSubmit={() => run.mutate(scope)}
      onClose={onClose}
    >
      <SelectField
        label="Scope"
        value={scope}
        choices={scopes.map((each) => [each, each] as const)}
        onChange={setPicked}
      />
    </FormDialog>
  );
}
