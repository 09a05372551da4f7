/**
 * npm run drill:restore
 *
 * A base backup and an archive of the write-ahead log are made while clients press. Then the cluster is gone: the backup
 * is restored into another one, and the application goes on there. One line for each check; exit code 1 if one failed.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client } from 'pg';
import { WebhookReceiver } from '../../test/support/webhook-receiver.js';
import { Api, isDone } from '../under-load/api.js';
import { audit } from '../under-load/audit.js';
import { Cluster } from '../chaos/cluster.js';
import { type DrillContext } from '../chaos/drill.js';
import { direct } from '../under-load/journal.js';
import { ANSWER_MS } from '../under-load/settings.js';
import { Stand } from '../chaos/stand.js';
import { check, exitCodeOfChecks } from '../checks.js';
import { becomes } from '../becomes.js';
import { inOwnFolder } from '../own-folder.js';
import { differences, type TablePrint, tablePrints } from './table-prints.js';

const SEEDED = 4000;
/** How long clients press before, during and after the backup, in ms. */
const LOAD_MS = 3000;
const LIMIT_MS = 120_000;
const EVENT = 'nba.delivery.executed';
const DELIVERED = `SELECT count(*)::int AS count FROM ops_events WHERE event_key = '${EVENT}'`;
const WAITING_JOBS = `SELECT count(*)::int AS count FROM jobs WHERE state IN ('waiting', 'retrying', 'running')`;

async function countIn(url: string, text: string): Promise<number> {
  return direct(url, async (client) => {
    const { rows } = await client.query<{ count: number }>(text);
    return rows[0]!.count;
  });
}

/** What was there when the last server had stopped. */
interface Before {
  readonly prints: ReadonlyMap<string, TablePrint>;
  readonly jobs: number;
  readonly cursor: string;
  readonly token: string;
  readonly settings: Readonly<Record<string, string>>;
}

await inOwnFolder(async (folder) => {
  const context: DrillContext = { folder, quick: true, seed: 7, progress: () => undefined };
  const cluster = await Cluster.create(join(folder, 'database'));
  await cluster.start(await cluster.archiveSettings());
  const stand = Stand.on(context, cluster);
  const receiver = await WebhookReceiver.start();
  let restored: Cluster | undefined;
  try {
    const backup = join(folder, 'restored');
    const { before, copy } = await useAndBackUp(stand, receiver, backup);
    restored = copy;
    await restore(stand, restored, before);
    await goOn(stand, restored, receiver, before);
  } finally {
    await receiver.close();
    await restored?.stop('immediate');
  }
  process.exitCode = exitCodeOfChecks();
});

/** Clients press while the backup is made. Without a worker, their jobs and webhooks wait. */
async function useAndBackUp(
  stand: Stand,
  receiver: WebhookReceiver,
  backup: string,
): Promise<{ before: Before; copy: Cluster }> {
  const { cluster } = stand;
  const settings = {
    WEBHOOK_ENCRYPTION_KEY: randomBytes(36).toString('base64'),
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: '127.0.0.0/8',
  };
  const product = stand.product({ ...settings, WORKER: 'false' });
  const server = await product.start();
  const token = await product.token(server);
  const api = new Api(server.port, { token, limitMs: ANSWER_MS });
  const webhook = await api.send('POST', '/api/webhooks', {
    url: receiver.url,
    eventKeys: [EVENT],
  });
  check(isDone(webhook), `a webhook gets ${EVENT}`);
  await stand.seed(SEEDED);
  const clients = stand.clients({ ports: [server.port], token });
  clients.start();
  await delay(LOAD_MS);
  const pressedBefore = stand.journal.presses.length;
  const copy = await cluster.backupIn(backup);
  const pressedDuring = stand.journal.presses.length - pressedBefore;
  check(pressedDuring > 0, `a base backup is made while ${pressedDuring} buttons are pressed`);
  await delay(LOAD_MS);
  await clients.stop();
  await clients.settle();
  const after = stand.journal.presses.length - pressedBefore - pressedDuring;
  const events = await api.send('GET', '/api/ops-events?order=asc&pageSize=50');
  const cursor = (events.body.pagination as { nextCursor?: string } | undefined)?.nextCursor ?? '';
  await server.stop();
  const jobs = await countIn(cluster.url, WAITING_JOBS);
  check(receiver.received.length === 0, `${jobs} jobs and all webhooks wait: no worker runs`);
  const prints = await direct(cluster.url, async (client) => {
    const found = await tablePrints(client);
    await archiveAll(client);
    return found;
  });
  await cluster.kill();
  check(
    after > 0,
    `the cluster is gone; ${after} presses since the backup are in the archive alone`,
  );
  const secrets = { JWT_SECRET: product.jwtSecret, ADMIN_PASSWORD: product.password };
  return { before: { prints, jobs, cursor, token, settings: { ...settings, ...secrets } }, copy };
}

/** Ends the current file of the write-ahead log, and waits until the archive has it. */
async function archiveAll(client: Client): Promise<void> {
  const { rows } = await client.query<{ file: string }>(
    'SELECT pg_walfile_name(pg_switch_wal()) AS file',
  );
  const isArchived = await becomes(async () => {
    const { rows: found } = await client.query(
      'SELECT 1 FROM pg_stat_archiver WHERE last_archived_wal >= $1',
      [rows[0]!.file],
    );
    return found.length === 1;
  }, LIMIT_MS);
  check(isArchived, 'the write-ahead log is archived to its end');
}

async function restore(stand: Stand, restored: Cluster, before: Before): Promise<void> {
  const began = performance.now();
  await restored.start(restored.restoreSettings(stand.cluster));
  const isOpen = await becomes(
    async () => (await countIn(restored.url, 'SELECT pg_is_in_recovery()::int AS count')) === 0,
    LIMIT_MS,
  );
  const took = ((performance.now() - began) / 1000).toFixed(1);
  check(
    isOpen,
    `another cluster has the backup, reads the archive and takes writes after ${took} s`,
  );
  const prints = await direct(restored.url, tablePrints);
  const rows = [...prints.values()].reduce((sum, print) => sum + print.rows, 0);
  const different = differences(before.prints, prints).join(', ');
  check(
    different === '' && prints.size > 20,
    `${prints.size} tables with ${rows} rows are the same${different === '' ? '' : `, but not ${different}`}`,
  );
}

/** The application on the restored cluster. */
async function goOn(
  stand: Stand,
  restored: Cluster,
  receiver: WebhookReceiver,
  { settings, token, cursor, jobs }: Before,
): Promise<void> {
  const epochs = 'SELECT max(epoch)::int AS count FROM feed_epochs';
  const epoch = await countIn(restored.url, epochs);
  const product = stand.product(settings, restored.url);
  try {
    const server = await product.start();
    const api = new Api(server.port, { token, limitMs: ANSWER_MS });
    const now = await countIn(restored.url, epochs);
    check(now === epoch + 1, `the start begins epoch ${now} of the event feed`);
    const press = stand.journal.presses.find(({ key, executionIds }) => key && executionIds[0])!;
    const again = await api.send(
      'POST',
      `/api/next-actions/${press.nextActionId}/execute`,
      { actionKey: press.actionKey },
      { 'Idempotency-Key': press.key! },
    );
    check(
      again.body.executionId === press.executionIds[0],
      'the token of before is valid, and a press that is repeated is answered, not run again',
    );
    await stand.journal.seed(restored.url, SEEDED);
    const clients = stand.clients({ ports: [server.port], token });
    clients.start();
    const pressedMs = await clients.untilPressed(LIMIT_MS);
    await delay(LOAD_MS);
    await clients.stop();
    await clients.settle();
    check(
      pressedMs !== undefined && clients.other === 0,
      `${clients.requests} requests on the restored cluster, ${clients.other} with a wrong answer`,
    );
    const ended = await becomes(
      async () => (await countIn(restored.url, WAITING_JOBS)) === 0,
      LIMIT_MS,
    );
    check(ended, `the ${jobs} jobs that waited and the new ones end`);
    // Jobs leave events, so they are counted when none is left.
    const read = await readOn(api, cursor);
    const stored = await countIn(restored.url, 'SELECT count(*)::int AS count FROM ops_events');
    check(
      read.size === stored - 50,
      `a reader with a cursor of before gets each of the ${stored - 50} events that it has not seen`,
    );
    const delivered = await countIn(restored.url, DELIVERED);
    const messages = (): number =>
      new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size;
    const allSent = await becomes(() => messages() >= delivered, LIMIT_MS);
    check(
      allSent && messages() === delivered,
      `the webhook gets the ${delivered} events, each once or again with its id`,
    );
    const found = await audit(restored.url, stand.journal.presses);
    check(
      found.lost + found.doubled + found.withoutEvent === 0,
      `of ${stand.journal.presses.length} presses ${found.lost} are lost, ${found.doubled} doubled, ${found.withoutEvent} without event`,
    );
    for (const fault of found.faults) console.log(`      ${fault}`);
  } finally {
    await product.end();
  }
}

/** The ids of all events from a cursor on, in the order of commits. */
async function readOn(api: Api, from: string): Promise<Set<string>> {
  const ids = new Set<string>();
  let cursor = from;
  for (;;) {
    const path = `/api/ops-events?order=asc&pageSize=100&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await api.send('GET', path);
    const items = (body.items ?? []) as { id: string }[];
    for (const { id } of items) ids.add(id);
    const { nextCursor } = (body.pagination ?? {}) as { nextCursor?: string | null };
    if (items.length === 0 || !nextCursor) return ids;
    cursor = nextCursor;
  }
}
