import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { type Webhook, webhookKeys, type WebhookWithSecret } from '../../api/webhooks.js';
import { useChange } from '../../ui/change.js';
import { Dialog } from '../../ui/dialog.js';
import { Icon } from '../../ui/icons.js';
import { Menu, MenuItem } from '../../ui/menu.js';
import { TryView } from './deliveries/try-view.js';
import { WebhookForm } from './form/webhook-form.js';
import { DeleteDialog, DisableDialog, RecoverDialog, RotateDialog } from './webhook-questions.js';
import { placeOf } from './webhook-text.js';

interface Props {
  readonly webhook: Webhook;
  readonly now: number;
  readonly onSecret: (webhook: WebhookWithSecret) => void;
  readonly onDeleted: () => void;
}

type Opened = 'change' | 'rotate' | 'recover' | 'disable' | 'delete' | undefined;

/** The buttons of a webhook, and the forms and questions that they open. */
export function WebhookActs({ webhook, now, onSecret, onDeleted }: Props): JSX.Element {
  const { id, url, enabled } = webhook;
  const params = { path: { id } };
  const [opened, setOpened] = useState<Opened>();
  const close = (): void => setOpened(undefined);
  const test = useChange(() => bodyOf(api.POST('/api/webhooks/{id}/test', { params })), {
    renews: [webhookKeys.deliveries(id)],
  });
  const enable = useChange(
    () => bodyOf(api.PATCH('/api/webhooks/{id}', { params, body: { enabled: true } })),
    { done: () => `${placeOf(url)} was enabled`, renews: [webhookKeys.all] },
  );
  const [result] = test.data?.attempts ?? [];
  return (
    <>
      <p className="acts">
        <button
          type="button"
          className="b p"
          disabled={test.isPending}
          onClick={() => test.mutate(undefined)}
        >
          {test.isPending ? 'Testing…' : 'Test'}
        </button>
        <button type="button" className="b" onClick={() => setOpened('change')}>
          Change
        </button>
        {!enabled && (
          <button
            type="button"
            className="b"
            disabled={enable.isPending}
            onClick={() => enable.mutate(undefined)}
          >
            Enable
          </button>
        )}
        <Menu label="More" className="b square" trigger={<Icon name="more" />}>
          {enabled && (
            <MenuItem onClick={() => setOpened('recover')}>Send again what failed…</MenuItem>
          )}
          <MenuItem onClick={() => setOpened('rotate')}>Rotate the secret…</MenuItem>
          {enabled && <MenuItem onClick={() => setOpened('disable')}>Disable…</MenuItem>}
          <MenuItem danger onClick={() => setOpened('delete')}>
            Delete…
          </MenuItem>
        </Menu>
      </p>
      {result && (
        <Dialog
          title="What came back"
          description={`webhook.test was sent to ${placeOf(url)}, once.`}
          onClose={test.reset}
        >
          <TryView one={result} now={now} />
          <div className="dialog-acts">
            <button type="button" className="b p" onClick={test.reset}>
              Close
            </button>
          </div>
        </Dialog>
      )}
      {opened === 'change' && <WebhookForm webhook={webhook} onClose={close} />}
      {opened === 'recover' && <RecoverDialog webhook={webhook} onClose={close} />}
      {opened === 'disable' && <DisableDialog webhook={webhook} onClose={close} />}
      {opened === 'delete' && (
        <DeleteDialog webhook={webhook} onDeleted={onDeleted} onClose={close} />
      )}
      {opened === 'rotate' && (
        <RotateDialog
          webhook={webhook}
          onRotated={(rotated) => {
            close();
            onSecret(rotated);
          }}
          onClose={close}
        />
      )}
    </>
  );
}
