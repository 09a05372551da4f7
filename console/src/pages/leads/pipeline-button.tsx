import { type JSX, useState } from 'react';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { useScopes } from '../../api/queries.js';
import { scopeName } from '../../next-action/scope-name.js';
import { useChange } from '../../ui/change.js';
import { SelectField } from '../../ui/fields.js';
import { oneScope } from '../../ui/filter-values.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { workItemKeys } from '../../work-item/work-item-queries.js';
import { pipelineText } from './pipeline-text.js';

type Scope = Schemas['ScopeFields'];

/** Scores the leads of a scope that have no score; asks which scope, where the filter names none. */
export function PipelineButton({ scope }: { readonly scope: string }): JSX.Element {
  const [asks, setAsks] = useState(false);
  const [chosen, setChosen] = useState('');
  const scopes = useScopes();
  const change = useChange((body: Scope) => bodyOf(api.POST('/api/leads/pipeline/run', { body })), {
    renews: [workItemKeys.lists, ['lead']],
    done: (answer, body) => pipelineText(answer, scopeName(body)),
    onDone: () => setAsks(false),
    showsProblem: asks,
  });
  const named = oneScope(scope);
  const known = scopes.data?.items ?? [];
  const wanted = oneScope(chosen) ?? known[0];
  return (
    <>
      <button
        type="button"
        className="b"
        disabled={change.isPending}
        onClick={() => (named ? change.mutate(named) : setAsks(true))}
      >
        Run the pipeline
      </button>
      {asks && (
        <FormDialog
          title="Run the lead pipeline"
          description="It scores up to 500 leads of a scope that have no score, those that are due first."
          submitLabel="Run"
          change={change}
          onSubmit={() => {
            if (!wanted) return;
            const { entityType, entityId } = wanted;
            change.mutate({ entityType, entityId });
          }}
          onClose={() => {
            change.reset();
            setAsks(false);
          }}
        >
          <SelectField
            label="Scope"
            value={wanted ? `${wanted.entityType}/${wanted.entityId}` : ''}
            choices={known.map((each) => [each.scope, each.scope] as const)}
            onChange={setChosen}
          />
        </FormDialog>
      )}
    </>
  );
}
