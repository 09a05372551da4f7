import { type JSX, useCallback, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { usePaged } from '../../api/paged.js';
import { webhookKeys, type WebhookWithSecret } from '../../api/webhooks.js';
import { useRenewedBy } from '../../live/renewed.js';
import { Empty, List } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { exactTime } from '../../ui/relative-time.js';
import { SecretDialog } from '../../ui/secret-dialog.js';
import { SidePanel } from '../../ui/side-panel.js';
import { Table } from '../../ui/table.js';
import { useNow } from '../../ui/time.js';
import { UUID } from '../../ui/filter-values.js';
import { useUrlFilters } from '../../ui/url-filters.js';
import '../../styles/webhooks.css';
import { NewWebhookForm } from './form/webhook-form.js';
import { columnsOf } from './webhook-columns.js';
import { WebhookDetail } from './webhook-detail.js';
import { placeOf } from './webhook-text.js';

/** The webhook whose panel is open, the filters of its deliveries, and the delivery that is open. */
const RULES = {
  id: UUID,
  state: /^(?:pending|delivered|failed)$/,
  event: /^[a-z_.]+$/,
  since: /^(?:1h|24h|7d)$/,
  delivery: UUID,
};
const CLOSED = { id: '', state: '', event: '', since: '', delivery: '' };

/** The webhooks: URLs that get events as they happen. */
export function WebhooksPage(): JSX.Element {
  const list = usePaged(webhookKeys.list, (query) =>
    bodyOf(api.GET('/api/webhooks', { params: { query } })),
  );
  useRenewedBy(['webhook.'], webhookKeys.all);
  const [choice, choose] = useUrlFilters(RULES);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<WebhookWithSecret>();
  const [isMissingKey, setMissingKey] = useState(false);
  const sayMissing = useCallback(() => setMissingKey(true), []);
  const now = useNow(60_000);
  const columns = columnsOf(now);
  const make = (
    <button type="button" className="b p" onClick={() => setMaking(true)}>
      Make a webhook
    </button>
  );
  return (
    <>
      <Page title="Webhooks" note="URLs that get events as they happen" acts={make}>
        {isMissingKey && <NotConfigured />}
        <List list={list} empty={isMissingKey ? null : <NoWebhooks />}>
          {(webhooks) => (
            <Table
              label="Webhooks"
              columns={columns}
              rows={webhooks}
              keyOf={({ id }) => id}
              selected={choice.id}
            />
          )}
        </List>
      </Page>
      {choice.id !== '' && (
        <SidePanel label="Webhook" onClose={() => choose(CLOSED)}>
          <WebhookDetail
            key={choice.id}
            id={choice.id}
            choice={choice}
            onChange={choose}
            onSecret={setMade}
            onDeleted={() => choose(CLOSED)}
          />
        </SidePanel>
      )}
      {isMaking && (
        <NewWebhookForm
          listed={list.items}
          onMade={(webhook) => {
            setMaking(false);
            setMade(webhook);
            choose({ ...CLOSED, id: webhook.id });
          }}
          onNotConfigured={sayMissing}
          onClose={() => setMaking(false)}
        />
      )}
      {made && <SecretOf webhook={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

interface SecretProps {
  readonly webhook: WebhookWithSecret;
  readonly onClose: () => void;
}

function SecretOf({ webhook, onClose }: SecretProps): JSX.Element {
  const { url, secret, previousSecretUntil } = webhook;
  const until =
    previousSecretUntil === null
      ? ''
      : ` The previous secret is valid until ${exactTime(previousSecretUntil)}: set the new one at the receiver by then.`;
  return (
    <SecretDialog
      title={`The secret of ${placeOf(url)}`}
      description={`The receiver verifies the signatures with it.${until}`}
      label="Secret"
      value={secret}
      gone="The secret is not shown again: without it, rotate it"
      onClose={onClose}
    />
  );
}

function NoWebhooks(): JSX.Element {
  return (
    <Empty title="No webhooks">
      <p className="sub">
        A webhook sends events, such as a press or a critical risk, to another system as they
        happen. <em>Make a webhook</em> with the URL that gets them; its secret, which verifies the
        signatures, is shown once.
      </p>
    </Empty>
  );
}

function NotConfigured(): JSX.Element {
  return (
    <Empty title="Webhooks are not set up on this server">
      <p className="sub">
        The setting <code>WEBHOOK_ENCRYPTION_KEY</code> is missing: it encrypts the secrets of
        webhooks. Whoever runs the server sets it on every server and worker, and starts them again:
      </p>
      <pre tabIndex={0}>{'WEBHOOK_ENCRYPTION_KEY="$(openssl rand -base64 48)"'}</pre>
    </Empty>
  );
}
