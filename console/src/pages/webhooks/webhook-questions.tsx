import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { isLost } from '../../api/is-lost.js';
import { type Webhook, webhookKeys, type WebhookWithSecret } from '../../api/webhooks.js';
import { useChange } from '../../ui/change.js';
import { TextField } from '../../ui/fields.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { Lost } from '../../ui/lost.js';
import { exactTime } from '../../ui/relative-time.js';
import { localInputOf, placeOf } from './webhook-text.js';

interface Props {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

/** Asks before a webhook gets a new secret. */
export function RotateDialog(
  props: Props & { readonly onRotated: (webhook: WebhookWithSecret) => void },
): JSX.Element {
  const { webhook, onRotated, onClose } = props;
  const { id, previousSecretUntil } = webhook;
  const params = { path: { id } };
  const change = useChange(() => bodyOf(api.POST('/api/webhooks/{id}/rotate-secret', { params })), {
    renews: [webhookKeys.list, webhookKeys.one(id)],
    onDone: onRotated,
    missed: ({ url }) =>
      `The secret of ${placeOf(url)} was rotated, and nobody saw the new one: rotate it again`,
    showsProblem: true,
  });
  const [before] = useState(previousSecretUntil);
  const lost = isLost(change.error);
  return (
    <FormDialog
      title="Rotate the secret?"
      description="The new secret is shown once. For 24 hours, requests are signed with both, so that the receiver can be changed within that time."
      submitLabel={lost ? 'Rotate again' : 'Rotate'}
      danger
      change={change}
      lost={
        <p>
          The outcome is unknown: the secret may have been rotated, and then nobody has the new one.{' '}
          {previousSecretUntil === before
            ? 'The webhook, read anew, shows no rotation so far.'
            : 'The webhook shows that it was. Rotating again ends at once the secret that the receiver has.'}
        </p>
      }
      onSubmit={() => change.mutate(undefined)}
      onClose={onClose}
    >
      {!lost && previousSecretUntil !== null && (
        <Lost>
          <p>
            It was rotated before: the older secret signs until {exactTime(previousSecretUntil)}.
            Another rotation ends that one at once.
          </p>
        </Lost>
      )}
    </FormDialog>
  );
}

/** Asks since when what failed is sent again. */
export function RecoverDialog({ webhook, onClose }: Props): JSX.Element {
  const { id, failingSince } = webhook;
  const [since, setSince] = useState(() => localInputOf(beginningOf(failingSince)));
  const change = useChange(
    (from: string) => {
      const body = { since: new Date(from).toISOString() };
      return bodyOf(api.POST('/api/webhooks/{id}/recover', { params: { path: { id } }, body }));
    },
    {
      done: ({ requeued }) =>
        requeued === 0
          ? 'Nothing failed since then'
          : `${requeued} ${requeued === 1 ? 'delivery is' : 'deliveries are'} sent again`,
      renews: [webhookKeys.deliveries(id)],
      onDone: ({ more }) => {
        if (!more) onClose();
      },
      showsProblem: true,
    },
  );
  const hasMore = change.data?.more === true;
  return (
    <FormDialog
      title="Send again what failed"
      description="After an outage of the receiver: deliveries that failed for good, whenever their events were."
      submitLabel={hasMore ? 'Send more again' : 'Send again'}
      change={change}
      onSubmit={() => change.mutate(since)}
      onClose={onClose}
    >
      <TextField
        label="Failed since"
        type="datetime-local"
        required
        value={since}
        onChange={setSince}
      />
      {hasMore && <Lost>More are left: send again once more.</Lost>}
    </FormDialog>
  );
}

const DAY_MS = 24 * 60 * 60 * 1000;

function beginningOf(failingSince: string | null): Date {
  return new Date(failingSince ?? Date.now() - DAY_MS);
}

/** Asks before a webhook is disabled: what happens meanwhile never reaches it. */
export function DisableDialog({ webhook, onClose }: Props): JSX.Element {
  const { id, url } = webhook;
  const body = { enabled: false };
  const change = useChange(
    () => bodyOf(api.PATCH('/api/webhooks/{id}', { params: { path: { id } }, body })),
    {
      done: () => `${placeOf(url)} was disabled`,
      renews: [webhookKeys.all],
      onDone: onClose,
      showsProblem: true,
    },
  );
  return (
    <FormDialog
      title="Disable the webhook?"
      description="What waits for it fails, and events that happen until it is enabled again are never sent to it."
      submitLabel="Disable"
      danger
      change={change}
      onSubmit={() => change.mutate(undefined)}
      onClose={onClose}
    />
  );
}

/** Asks before a webhook is deleted. */
export function DeleteDialog(props: Props & { readonly onDeleted: () => void }): JSX.Element {
  const { webhook, onDeleted, onClose } = props;
  const { id, url } = webhook;
  const change = useChange(
    () => bodyOf(api.DELETE('/api/webhooks/{id}', { params: { path: { id } } })),
    {
      done: () => `${placeOf(url)} was deleted`,
      renews: [webhookKeys.list],
      onDone: onDeleted,
      showsProblem: true,
    },
  );
  return (
    <FormDialog
      title={`Delete ${placeOf(url)}?`}
      description="Its deliveries go with it, and what it has not got yet is not sent. It can’t be taken back."
      submitLabel="Delete"
      danger
      change={change}
      onSubmit={() => change.mutate(undefined)}
      onClose={onClose}
    />
  );
}
