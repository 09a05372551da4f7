/**
 * What the redaction costs, as a ratio in one run: a text that certainly holds no secret against one that
 * must be searched, and the log lines of a press against the same lines without redaction. CPU time,
 * medians of interleaved rounds. Run: npm run bench:redaction
 */
import { pino } from 'pino';
import { createLogger } from '../src/logging/logger.js';
import { redactText } from '../src/kernel/redaction/redaction.js';
import { median } from './report.js';

const ROUNDS = 11;
const CALLS = 20_000;

/** CPU time of one call, in ns, as the median of interleaved rounds. */
function measure<Name extends string>(work: Record<Name, () => void>): Record<Name, number> {
  const names = Object.keys(work) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const before = process.cpuUsage();
      for (let call = 0; call < CALLS; call++) work[name]();
      const { user, system } = process.cpuUsage(before);
      times[name]!.push(((user + system) * 1000) / CALLS);
    }
  }
  const medians = names.map((name) => [name, median(times[name]!)]);
  return Object.fromEntries(medians) as Record<Name, number>;
}

let count = 0;
/** An id that was not seen before, as those of a press. */
function newId(): string {
  count += 1;
  return `01a20c27-9869-72c0-b35a-${count.toString(16).padStart(12, '0')}`;
}

function press(log: { info: (fields: object, message: string) => void }): void {
  const id = newId();
  const requestId = newId();
  const scope = { entityType: 'command_center', entityId: 'command_center' };
  const result = { status: 'done', changed: true };
  log.info(
    {
      ...{
        eventId: newId(),
        userId: id,
        requestId,
        sourceType: 'next_action',
        sourceId: id,
        scope,
      },
      ...{ durationMs: 3, status: 'success', eventKey: 'nba.delivery.executed', at: new Date() },
      meta: { executionId: newId(), actionKey: 'mark_done', result },
    },
    'nba.delivery.executed',
  );
  log.info(
    {
      ...{ requestId, durationMs: 12, method: 'POST', path: `/api/next-actions/${id}/execute` },
      ...{ route: '/api/next-actions/:id/execute', params: { id }, status: 200, userId: id },
    },
    'request answered',
  );
}

const sink = { write: () => undefined };
const redacting = createLogger('info', sink);
const plain = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, sink);
let other = 0;

const { id, path, sentence, secrets } = measure({
  id: () => redactText(newId()),
  path: () => redactText(`/api/next-actions/${newId()}/execute`),
  sentence: () => redactText(`The relay refused message ${(other += 1)} at 10:30: mailbox full.`),
  secrets: () => redactText(`postgres://nba:s3same${(other += 1)}@db/x refused jane@example.com`),
});
const lines = measure({ redacted: () => press(redacting), unredacted: () => press(plain) });

console.table({
  'an id': { ns: Math.round(id), ratio: (id / secrets).toFixed(2) },
  'a path with an id': { ns: Math.round(path), ratio: (path / secrets).toFixed(2) },
  'a sentence with signs': { ns: Math.round(sentence), ratio: (sentence / secrets).toFixed(2) },
  'a text with two secrets': { ns: Math.round(secrets), ratio: '1.00' },
});
console.table({
  'log lines of a press': {
    ns: Math.round(lines.redacted),
    ratio: (lines.redacted / lines.unredacted).toFixed(2),
  },
  'the same without redaction': { ns: Math.round(lines.unredacted), ratio: '1.00' },
});
