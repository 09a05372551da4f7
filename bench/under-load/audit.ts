import { setTimeout as delay } from 'node:timers/promises';
import { type Client } from 'pg';
import { direct, type Press, PRESSED_TYPE } from './journal.js';

const JOBS_LIMIT_MS = 90_000;
const FAULTS_SHOWN = 5;

/** What an audit found. Its counts are those of a Tally. */
export interface Audited {
  readonly lost: number;
  readonly doubled: number;
  readonly withoutEvent: number;
  readonly faults: readonly string[];
  /** Successful executions on record. */
  readonly executions: number;
  readonly jobs: number;
}

interface Execution {
  readonly id: string;
  readonly nextActionId: string;
  readonly status: string;
  readonly actionKey: string;
  readonly meta: { readonly jobId?: string; readonly snapshotId?: string };
  readonly events: number;
}

interface Job {
  readonly id: string;
  readonly nextActionId: string;
  readonly state: string;
}

const EXECUTIONS = `
  SELECT e.id, e.next_action_id AS "nextActionId", e.status, e.action_key AS "actionKey",
    e.meta, count(o.id)::int AS events
  FROM next_action_executions e
  JOIN next_best_actions n ON n.id = e.next_action_id AND n.entity_type = $1
  LEFT JOIN ops_events o ON o.meta ->> 'executionId' = e.id::text
    AND o.event_key IN ('nba.delivery.executed', 'nba.delivery.failed')
  GROUP BY e.id`;

const KEYS_OF_NOTHING = `
  SELECT key FROM idempotency_keys used
  WHERE status = 'success' AND NOT EXISTS (
    SELECT FROM next_action_executions e WHERE e.id = used.execution_id AND e.status = 'success')`;

const JOBS = `
  SELECT id, next_action_id AS "nextActionId", state FROM jobs
  WHERE type = 'retry_failed_deliveries'`;

const WAITING_JOBS = `
  SELECT count(*)::int AS waiting FROM jobs
  WHERE type = 'retry_failed_deliveries' AND state IN ('waiting', 'retrying', 'running')`;

/** But for those of the refresh after a press, which stores one where the jobs of the scope had trouble. */
const SNAPSHOTS = `
  SELECT id FROM score_snapshots AS snapshot
  WHERE entity_type = $1 AND NOT EXISTS (
    SELECT FROM ops_events
    WHERE event_key = 'score.computed' AND source_id = snapshot.id::text AND actor_id IS NULL)`;

const EFFECTS = `
  SELECT id, status = 'done' AS done, snoozed_until IS NOT NULL AS snoozed
  FROM next_best_actions WHERE entity_type = $1`;

/**
 * Compares the rows with the answers that clients got, over a separate connection. A worker must run: it
 * first waits for the end of the jobs that presses enqueued.
 */
export async function audit(url: string, presses: readonly Press[]): Promise<Audited> {
  return direct(url, async (client) => {
    await jobsEnd(client);
    const findings = new Findings();
    const executions = await rows<Execution>(client, EXECUTIONS, [PRESSED_TYPE]);
    const successes = executions.filter(({ status }) => status === 'success');
    answersStand(findings, presses, successes);
    executedOnce(findings, successes);
    await keysStand(client, findings);
    for (const { id, events } of executions) {
      if (events === 0) findings.add('withoutEvent', `Execution ${id} has no event.`);
      if (events > 1) findings.add('doubled', `Execution ${id} has ${events} events.`);
    }
    const jobs = await rows<Job>(client, JOBS);
    jobsStand(findings, successes, jobs);
    await effectsStand(client, findings, successes);
    return {
      ...findings.counts,
      faults: findings.faults,
      executions: successes.length,
      jobs: jobs.length,
    };
  });
}

class Findings {
  readonly counts = { lost: 0, doubled: 0, withoutEvent: 0 };
  readonly faults: string[] = [];

  add(count: keyof Findings['counts'], fault: string): void {
    this.counts[count] += 1;
    if (this.faults.length < FAULTS_SHOWN) this.faults.push(fault);
  }
}

/** Every 2xx answer names a success of its NBA, and all answers to one press name the same. */
function answersStand(
  findings: Findings,
  presses: readonly Press[],
  successes: readonly Execution[],
): void {
  const byId = new Map(successes.map((execution) => [execution.id, execution]));
  for (const { nextActionId, executionIds } of presses) {
    const answered = new Set(executionIds);
    for (const id of answered) {
      if (byId.get(id)?.nextActionId === nextActionId) continue;
      findings.add('lost', `The press of ${nextActionId} was answered with ${id}: not on record.`);
    }
    if (answered.size > 1) {
      findings.add('doubled', `The press of ${nextActionId} has ${answered.size} answers.`);
    }
  }
}

/** No NBA has two successes: each was pressed for one thing. A key has one execution by its primary key. */
function executedOnce(findings: Findings, successes: readonly Execution[]): void {
  const seen = new Set<string>();
  for (const { nextActionId } of successes) {
    if (!seen.has(nextActionId)) seen.add(nextActionId);
    else findings.add('doubled', `${nextActionId} has two successful executions.`);
  }
}

/** Every key that answers names a success on record. */
async function keysStand(client: Client, findings: Findings): Promise<void> {
  for (const { key } of await rows<{ key: string }>(client, KEYS_OF_NOTHING)) {
    findings.add('lost', `The key ${key} names an execution that is not on record.`);
  }
}

/** The job of every committed press exists and has ended; no NBA has two. */
function jobsStand(
  findings: Findings,
  successes: readonly Execution[],
  jobs: readonly Job[],
): void {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  for (const { id, actionKey, meta } of successes) {
    if (actionKey !== 'retry_failed_deliveries') continue;
    const state = byId.get(meta.jobId ?? '')?.state;
    if (state === 'completed') continue;
    findings.add('lost', `The job of execution ${id} is ${state ?? 'not on record'}.`);
  }
  const pressed = new Set<string>();
  const enqueued = new Set(successes.map(({ meta }) => meta.jobId));
  for (const { id, nextActionId } of jobs) {
    if (pressed.has(nextActionId)) findings.add('doubled', `${nextActionId} has two jobs.`);
    else if (!enqueued.has(id)) findings.add('doubled', `Job ${id} has no execution.`);
    pressed.add(nextActionId);
  }
}

/** Each execution has the effect of its action, and no effect is without its execution. */
async function effectsStand(
  client: Client,
  findings: Findings,
  successes: readonly Execution[],
): Promise<void> {
  const actionOf = new Map(successes.map((execution) => [execution.nextActionId, execution]));
  const effects = await rows<{ id: string; done: boolean; snoozed: boolean }>(client, EFFECTS, [
    PRESSED_TYPE,
  ]);
  for (const { id, done, snoozed } of effects) {
    const actionKey = actionOf.get(id)?.actionKey;
    for (const [key, happened] of [
      ['mark_done', done],
      ['snooze_1d', snoozed],
    ] as const) {
      if ((actionKey === key) === happened) continue;
      if (happened) findings.add('doubled', `${id} has the effect of ${key} and no execution.`);
      else findings.add('lost', `${id} has an execution of ${key} and not its effect.`);
    }
  }
  const stored = new Set(
    (await rows<{ id: string }>(client, SNAPSHOTS, [PRESSED_TYPE])).map(({ id }) => id),
  );
  for (const { id, actionKey, meta } of successes) {
    if (actionKey !== 'recompute_score' || stored.delete(meta.snapshotId ?? '')) continue;
    findings.add('lost', `Execution ${id} has no score.`);
  }
  for (const id of stored) findings.add('doubled', `Score ${id} has no execution.`);
}

async function jobsEnd(client: Client): Promise<void> {
  const deadline = Date.now() + JOBS_LIMIT_MS;
  while (Date.now() < deadline) {
    const [row] = await rows<{ waiting: number }>(client, WAITING_JOBS);
    if (row?.waiting === 0) return;
    await delay(200);
  }
}

async function rows<Row>(
  client: Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await client.query(text, [...values])).rows as Row[];
}
