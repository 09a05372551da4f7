import { type JSX } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { queryClient } from '../../api/queries.js';
import { useChange } from '../../ui/change.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { labelOf } from '../../ui/schema-fields.js';
import { type WorkItem } from '../../work-item/kinds.js';
import { workItemKeys } from '../../work-item/work-item-queries.js';

interface Props {
  readonly item: WorkItem;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** Asks before an item is deleted: nothing brings it back but another push. */
export function DeleteDialog({ item, onClose, onDeleted }: Props): JSX.Element {
  const { kind, externalId, title } = item;
  const change = useChange(
    () =>
      bodyOf(
        api.DELETE('/api/work-items/{kind}/{externalId}', {
          params: { path: { kind, externalId } },
        }),
      ),
    {
      renews: [workItemKeys.lists],
      done: () => `Deleted “${title}”`,
      store: () => queryClient.removeQueries({ queryKey: workItemKeys.item(kind, externalId) }),
      onDone: onDeleted,
      showsProblem: true,
    },
  );
  return (
    <FormDialog
      title="Delete this work item?"
      description={
        <>
          {labelOf(kind)} “{title}” ({externalId}) is deleted
          {kind === 'intake_lead' && ' with its scores'}. It can’t be undone; a system that still
          has it may push it again.
        </>
      }
      submitLabel="Delete"
      danger
      change={change}
      onSubmit={() => change.mutate(undefined)}
      onClose={onClose}
    />
  );
}
