import { readEnv } from '../../src/config/env.js';
import { SecretBox } from '../../src/webhooks/model/secret-box.js';
import { type SendableEndpoint } from '../../src/webhooks/model/sendable-endpoint.js';
import { EgressGuard } from '../../src/webhooks/sending/egress-guard.js';
import { type HostResolver } from '../../src/webhooks/sending/guarded-connector.js';
import { newSigningSecret } from '../../src/webhooks/sending/signature.js';
import { type TryResult } from '../../src/webhooks/sending/try-result.js';
import { WebhookSender } from '../../src/webhooks/sending/webhook-sender.js';
import { type Answer, WebhookReceiver } from './webhook-receiver.js';

/** The key that seals the boxes of the endpoint. */
export const KEY = 'Zt4LsWn8-bRf3Yc6H-Qm7vX2kd9-p5x8';
/** The endpoint. */
export const ID = '019ad000-0000-7000-8000-000000000001';
/** What is sent. */
export const MESSAGE = { id: 'msg_1', body: '{"type":"nba.run","größe":"ü"}', now: new Date() };

/** The addresses of each name, in turn: the last stays. */
type Names = Readonly<Record<string, readonly string[][]>>;

function resolverOf(names: Names): HostResolver {
  const asked = new Map<string, number>();
  return (hostname) => {
    const count = asked.get(hostname) ?? 0;
    asked.set(hostname, count + 1);
    const answers = names[hostname] ?? [];
    const addresses = answers[Math.min(count, answers.length - 1)];
    if (!addresses) {
      return Promise.reject(
        Object.assign(new Error(`ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }),
      );
    }
    return Promise.resolve(
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

function secretsWith(...webhookEncryptionKeys: string[]) {
  return { jwtSecret: '', admin: undefined, adminPasswordFile: undefined, webhookEncryptionKeys };
}

/** How a sender is set up, and what it finds of names. */
export interface Sending {
  readonly allowed?: string;
  readonly names?: Names;
  readonly resolve?: HostResolver;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  readonly keys?: readonly string[];
}

/**
 * Senders and receivers for the tests of a describe block, without an application: what they open is
 * closed after each test.
 */
export function setUpSending() {
  const box = new SecretBox(secretsWith(KEY));
  const secret = newSigningSecret();
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  const receiver = async (answer?: Answer): Promise<WebhookReceiver> => {
    const started = await WebhookReceiver.start(answer);
    open.push(started);
    return started;
  };

  const senderOf = ({ allowed = '127.0.0.0/8', names = {}, ...rest }: Sending = {}) => {
    const env = readEnv({
      WEBHOOK_ALLOW_PRIVATE_ADDRESSES: allowed,
      WEBHOOK_TIMEOUT_MS: String(rest.timeoutMs ?? 15_000),
      WEBHOOK_CONCURRENCY: String(rest.concurrency ?? 32),
    });
    const boxes = rest.keys ? new SecretBox(secretsWith(...rest.keys)) : box;
    const sender = new WebhookSender(
      boxes,
      new EgressGuard(env),
      rest.resolve ?? resolverOf(names),
      env,
    );
    open.push({ close: () => sender.onApplicationShutdown() });
    return sender;
  };

  const endpoint = (url: string, more: Partial<SendableEndpoint> = {}): SendableEndpoint => ({
    id: ID,
    url,
    headersBox: null,
    secretBox: box.seal(ID, 'secret', secret),
    previousSecretBox: null,
    previousSecretUntil: null,
    ...more,
  });

  const send = (url: string, sending?: Sending): Promise<TryResult> =>
    senderOf(sending).send(endpoint(url), MESSAGE, new AbortController().signal);

  return { box, secret, open, receiver, senderOf, endpoint, send };
}
