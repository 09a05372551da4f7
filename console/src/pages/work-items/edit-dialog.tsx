import { type JSX, useState } from 'react';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { queryClient } from '../../api/queries.js';
import { useChange } from '../../ui/change.js';
import { AreaField, SelectField, TextField } from '../../ui/fields.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { priorityName } from '../../ui/priority.js';
import { labelOf } from '../../ui/schema-fields.js';
import { statesOf, type WorkItem } from '../../work-item/kinds.js';
import { workItemKeys } from '../../work-item/work-item-queries.js';
import { isOpenState } from './item-filters.js';
import { changesOf, changeText, FormFault, formOf, type ItemChanges } from './item-form.js';

const PRIORITIES = (['low', 'medium', 'high', 'critical'] as const).map(
  (each) => [each, priorityName(each)] as const,
);

interface Props {
  readonly item: WorkItem;
  readonly onClose: () => void;
}

/** The form of an item. It sends what was changed alone, so that everything else stays. */
export function EditDialog({ item, onClose }: Props): JSX.Element {
  // What is pushed meanwhile does not change what somebody types.
  const [before] = useState(item);
  const [form, setForm] = useState(() => formOf(before));
  const [fault, setFault] = useState<string>();
  const { kind, externalId } = before;
  const change = useChange((changes: ItemChanges) => send(before, changes), {
    renews: [workItemKeys.lists],
    done: changeText,
    store: (changed) => void queryClient.setQueryData(workItemKeys.item(kind, externalId), changed),
    onDone: onClose,
    showsProblem: true,
  });
  const field = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (value: string) => setForm({ ...form, [name]: value }),
  });
  const submit = (): void => {
    try {
      const changes = changesOf(before, form);
      setFault(undefined);
      if (Object.keys(changes).length === 0) onClose();
      else change.mutate(changes);
    } catch (error) {
      if (!(error instanceof FormFault)) throw error;
      setFault(error.message);
    }
  };
  return (
    <FormDialog
      title="Edit the work item"
      description="The system that pushes it may overwrite this with its next push."
      submitLabel="Save"
      change={change}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label="Title" required maxLength={300} {...field('title')} />
      <div className="pair">
        <SelectField
          label="State"
          choices={statesOf(kind).map((each) => [
            each,
            `${labelOf(each)}${isOpenState(kind, each) ? '' : ' (closed)'}`,
          ])}
          {...field('state')}
        />
        <SelectField label="Priority" choices={PRIORITIES} {...field('priority')} />
      </div>
      <TextField label="Due" type="datetime-local" {...field('due')} />
      <TextField
        label="Scope"
        required
        maxLength={193}
        help="Another scope moves the item there."
        {...field('scope')}
      />
      <AreaField label="Attributes (JSON)" rows={6} {...field('attributes')} />
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </FormDialog>
  );
}

function send({ kind, externalId }: WorkItem, changes: ItemChanges): Promise<WorkItem> {
  return bodyOf(
    api.PATCH('/api/work-items/{kind}/{externalId}', {
      params: { path: { kind, externalId } },
      // The document names the default of each scope field as if it were required.
      body: changes as Schemas['PatchWorkItemBody'],
    }),
  );
}
