import { type JSX, useEffect, useState } from 'react';
import { api, ApiProblem, bodyOf } from '../../../api/client.js';
import { type Webhook, webhookKeys, type WebhookWithSecret } from '../../../api/webhooks.js';
import { isLost } from '../../../api/is-lost.js';
import { useChange } from '../../../ui/change.js';
import { TextField } from '../../../ui/fields.js';
import { FormDialog } from '../../../ui/form-dialog.js';
import { ScopesField } from '../../../ui/scopes-field.js';
import { EventKeysField } from './event-keys-field.js';
import { HeadersField } from './headers-field.js';
import {
  madeMeanwhile,
  moves,
  newWebhookOf,
  patchOf,
  valuesOf,
  type WebhookValues,
} from './webhook-values.js';

interface NewProps {
  /** What the list shows: after an answer was lost, a new webhook may be there. */
  readonly listed: readonly Webhook[];
  readonly onMade: (webhook: WebhookWithSecret) => void;
  /** The server has no key to encrypt secrets with. */
  readonly onNotConfigured: () => void;
  readonly onClose: () => void;
}

/** Makes a webhook. */
export function NewWebhookForm(props: NewProps): JSX.Element {
  const { listed, onMade, onNotConfigured, onClose } = props;
  const [values, setValues] = useState(() => valuesOf(undefined));
  const [before, setBefore] = useState<ReadonlySet<string>>(new Set());
  const change = useChange(make, {
    renews: [webhookKeys.list],
    onDone: onMade,
    missed: ({ url }) => `The webhook of ${url} was made, and nobody saw its secret: rotate it`,
    showsProblem: true,
  });
  const { error } = change;
  const isMissing = error instanceof ApiProblem && error.code === 'WEBHOOKS_NOT_CONFIGURED';
  useEffect(() => {
    if (isMissing) onNotConfigured();
  }, [isMissing, onNotConfigured]);
  const found = madeMeanwhile(listed, before, values.url.trim());
  return (
    <FormDialog
      title="Make a webhook"
      description="A URL that gets events as they happen, each as a signed POST."
      submitLabel={isLost(error) ? 'Make another' : 'Make'}
      change={change}
      lost={
        <>
          <p>
            The outcome is unknown: the webhook may have been made, and then nobody has its secret.
            Look in the list first.
          </p>
          <p>
            {found.length === 0
              ? 'The list, read anew, shows no new webhook of this URL so far.'
              : 'The list shows a new webhook of this URL: close this, and rotate its secret.'}
          </p>
        </>
      }
      onSubmit={() => {
        setBefore(new Set(listed.map(({ id }) => id)));
        change.mutate(values);
      }}
      onClose={onClose}
    >
      <Fields values={values} onChange={setValues} />
    </FormDialog>
  );
}

interface ChangeProps {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

/** Changes a webhook. */
export function WebhookForm({ webhook, onClose }: ChangeProps): JSX.Element {
  // What somebody else changes meanwhile is neither what was typed here nor sent.
  const [before] = useState(webhook);
  const [values, setValues] = useState(() => valuesOf(before));
  const patch = patchOf(before, values);
  const change = useChange(
    () => {
      const params = { path: { id: webhook.id } };
      return bodyOf(api.PATCH('/api/webhooks/{id}', { params, body: patch }));
    },
    {
      done: () => 'The webhook was changed',
      renews: [webhookKeys.list, webhookKeys.one(webhook.id)],
      onDone: onClose,
      showsProblem: true,
    },
  );
  const hasChanges = Object.keys(patch).length > 0;
  return (
    <FormDialog
      title="Change the webhook"
      submitLabel="Save"
      change={change}
      onSubmit={() => (hasChanges ? change.mutate(undefined) : onClose())}
      onClose={onClose}
    >
      <Fields values={values} webhook={before} onChange={setValues} />
    </FormDialog>
  );
}

interface FieldsProps {
  readonly values: WebhookValues;
  readonly webhook?: Webhook;
  readonly onChange: (values: WebhookValues) => void;
}

function Fields({ values, webhook, onChange }: FieldsProps): JSX.Element {
  const set = (change: Partial<WebhookValues>): void => onChange({ ...values, ...change });
  return (
    <>
      <TextField
        label="URL"
        type="url"
        required
        autoComplete="off"
        placeholder="https://example.com/hooks"
        help="At a public address. It is shown as it is: what is secret belongs into a header."
        maxLength={2000}
        value={values.url}
        onChange={(url) => set({ url })}
      />
      <EventKeysField value={values.eventKeys} onChange={(eventKeys) => set({ eventKeys })} />
      <ScopesField
        required={webhook !== undefined}
        help={`Of which scopes it gets events, one a line.${webhook ? '' : ' Without them, of all that are yours.'} Events that belong to no scope go to * alone.`}
        value={values.scopes}
        onChange={(scopes) => set({ scopes })}
      />
      <TextField
        label="Description"
        autoComplete="off"
        placeholder="For the CRM"
        maxLength={500}
        value={values.description}
        onChange={(description) => set({ description })}
      />
      <HeadersField
        value={values.headers}
        isMoving={webhook !== undefined && moves(webhook.url, values.url.trim())}
        onChange={(headers) => set({ headers })}
      />
    </>
  );
}

function make(values: WebhookValues): Promise<WebhookWithSecret> {
  return bodyOf(api.POST('/api/webhooks', { body: newWebhookOf(values) }));
}
