import { setTimeout as delay } from 'node:timers/promises';
import { type Product } from '../under-load/product.js';

/** Requests that change the same row at once. */
const AT_ONCE = 40;
const JOB_WITHIN_MS = 15_000;
/** Longer than the shortest time after which a database of the matrix ends idle sessions. */
const PAUSE_MS = 700;

type Body = Record<string, unknown> & { readonly items?: Record<string, unknown>[] };

interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** What the product answered on one database, by check; two databases are compared check by check. */
export type Answers = Readonly<Record<string, unknown>>;

const ITEMS = [
  // The zero date of spreadsheets.
  { kind: 'retention_contact', externalId: 'zero', state: 'open', dueAt: '1900-01-01T00:00:00Z' },
  { kind: 'reminder', externalId: 'late', state: 'open', dueAt: '2020-02-29T23:59:59.999Z' },
  { kind: 'reminder', externalId: 'far', state: 'open', dueAt: '9999-12-31T23:59:59.999Z' },
  { kind: 'intake_lead', externalId: 'lead', state: 'new', attributes: { budget: 12_000 } },
].map((item) => ({ ...item, title: 'Call Acme back', occurredAt: '2026-03-29T01:30:00.123Z' }));

/**
 * Starts the product on a database, which migrates it, and uses all of it: pushes, runs, scores, presses
 * at once, lists, a job; then stops it. Throws where the product does not start.
 */
export async function tellStory(
  product: Product,
  settings: Readonly<Record<string, string>> = {},
): Promise<Answers> {
  const server = await product.start(settings);
  const token = await product.token(server);
  const call = async (method: string, path: string, json?: object): Promise<Answer> => {
    const answer = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
    return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Body };
  };
  const atOnce = async (make: (n: number) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(Array.from({ length: AT_ONCE }, (_, n) => make(n)));

  const batch = await call('POST', '/work-items/batch', { items: ITEMS });
  const pushes = await atOnce((n) =>
    call('PUT', '/work-items/reminder/same', {
      state: 'open',
      title: `Push ${n}`,
      occurredAt: '2026-03-29T02:30:00Z',
    }),
  );
  const items = await call('GET', '/work-items');
  const risk = await call('POST', '/risk/run-rules', {});
  const flags = await call('GET', '/risk');
  const score = await call('POST', '/scores/compute', {});
  const scores = await atOnce(() => call('POST', '/scores/compute', {}));
  const history = await call('GET', '/scores/command_center/command_center?pageSize=100');
  const lead = await call('POST', '/leads/lead/score');
  const run = await call('POST', '/next-actions/run', {});
  await delay(PAUSE_MS);
  const list = await call('GET', '/next-actions');
  const pressed = await call('POST', '/next-actions', { title: 'Press me', score: 1 });
  const path = `/next-actions/${String(pressed.body.id)}`;
  const presses = await atOnce(() => call('POST', `${path}/execute`, { actionKey: 'snooze_1d' }));
  const snoozed = await call('GET', path);
  const executions = await call('GET', `${path}/executions`);
  const events = await call('GET', `/ops-events?nextActionId=${String(pressed.body.id)}`);
  const retried = await call('POST', `${path}/execute`, { actionKey: 'retry_failed_deliveries' });
  const job = await endedJob(call);
  await delay(PAUSE_MS);
  const search = await call('GET', `/next-actions?search=${encodeURIComponent('PRESS')}`);
  await server.stop();

  const { snoozedUntil, lastExecutedAt } = snoozed.body;
  return {
    batch,
    pushes: statusesOf(pushes),
    items: fields(items, 'externalId', 'state', 'dueAt', 'occurredAt', 'attributes'),
    risk,
    flags: fields(flags, 'ruleKey', 'severity', 'status', 'title'),
    score: [score.status, score.body.score],
    scores: statusesOf(scores),
    history: fields({ ...history, body: (history.body.history ?? {}) as Body }, 'score', 'delta'),
    lead: [lead.status, lead.body.score, lead.body.band, lead.body.delta],
    run: { ...run, body: { ...run.body, runKey: undefined } },
    list: fields(list, 'title', 'score', 'priority', 'status'),
    presses: statusesOf(presses),
    effects: new Set(presses.map(({ body }) => body.executionId)).size,
    snoozedFor: Math.round(
      (Date.parse(String(snoozedUntil)) - Date.parse(String(lastExecutedAt))) / 1000,
    ),
    executions: fields(executions, 'actionKey', 'status'),
    events: fields(events, 'eventKey', 'status'),
    retried: retried.status,
    job,
    search: search.status,
    stopped: server.child.exitCode,
  };
}

/** What must hold on the plain database; the others are compared with it. */
export const EXPECTED: Answers = {
  pushes: { 200: AT_ONCE - 1, 201: 1 },
  scores: { 200: AT_ONCE },
  presses: { 200: AT_ONCE },
  effects: 1,
  snoozedFor: 86_400,
  retried: 200,
  job: { state: 'completed', attempts: 1 },
  stopped: 0,
};

function statusesOf(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The status, and some fields of every item, in an order of their own. */
function fields({ status, body }: Answer, ...names: readonly string[]): unknown {
  const rows = (body.items ?? []).map((item) => JSON.stringify(names.map((name) => item[name])));
  return { status, rows: rows.sort() };
}

/** The one job, once it has ended. */
async function endedJob(
  call: (method: string, path: string) => Promise<Answer>,
): Promise<object | undefined> {
  const deadline = Date.now() + JOB_WITHIN_MS;
  let job: Record<string, unknown> | undefined;
  while (Date.now() < deadline && job?.state !== 'completed') {
    job = (await call('GET', '/jobs?type=retry_failed_deliveries')).body.items?.[0];
    await delay(100);
  }
  return job && { state: job.state, attempts: job.attempts };
}
