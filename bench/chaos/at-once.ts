import { Agent } from 'node:http';
import { type Audited } from '../under-load/audit.js';
import { Api, isDone } from '../under-load/api.js';
import { type Drill, type DrillContext, type Finding } from './drill.js';
import { findingOf } from './findings.js';
import { type Press } from '../under-load/journal.js';
import { ANSWER_MS } from '../under-load/settings.js';
import { Stand } from './stand.js';

const PRESSES = 500;
const NBAS = 50;

/** Which presses come at once. */
interface Case {
  /** How many NBAs they are of. */
  readonly nbas: number;
  readonly actionKey: string;
  /** Whether they carry an Idempotency-Key, the same for all of an NBA. */
  readonly keyed: boolean;
}

const CASES: readonly Case[] = [
  { nbas: 1, actionKey: 'retry_failed_deliveries', keyed: true },
  { nbas: 1, actionKey: 'mark_done', keyed: false },
  { nbas: NBAS, actionKey: 'retry_failed_deliveries', keyed: false },
  { nbas: NBAS, actionKey: 'recompute_score', keyed: true },
  { nbas: 1, actionKey: 'retry_failed_deliveries', keyed: false },
  { nbas: 1, actionKey: 'mark_done', keyed: true },
];
/** So many of them are tried by --quick. */
const QUICK_CASES = 2;

/** Many concurrent presses of one NBA, over two servers, have one effect. */
export const AT_ONCE: Drill = {
  name: 'at-once',
  title: '500 presses at once over two servers: of one NBA with a key, without one, and of 50 NBAs',
  run,
};

async function run(context: DrillContext): Promise<Finding> {
  const rounds = context.quick ? 1 : 4;
  const cases = context.quick ? CASES.slice(0, QUICK_CASES) : CASES;
  const stand = await Stand.open(context);
  const product = stand.product();
  const faults: string[] = [];
  const agent = new Agent({ keepAlive: true });
  try {
    const servers = [await product.start(), await product.start()];
    const token = await product.token(servers[0]!);
    const ports = servers.map(({ port }) => port);
    const clients = stand.clients({ ports, token });
    const apis = ports.map((port) => new Api(port, { token, agent, limitMs: ANSWER_MS }));
    await stand.seed(rounds * cases.reduce((sum, { nbas }) => sum + nbas, 0));
    for (let round = 1; round <= rounds; round++) {
      for (const { nbas, ...wanted } of cases) {
        const presses = Array.from({ length: nbas }, () => stand.journal.next(wanted)!);
        const replies = await Promise.all(
          Array.from({ length: PRESSES }, (_, index) =>
            clients.press(apis[index % apis.length]!, presses[index % nbas]!),
          ),
        );
        const done = replies.filter(isDone).length;
        context.progress(`round ${round}: ${wanted.actionKey} of ${nbas}, ${done} answers of 2xx`);
        if (done === 0) faults.push(`None of ${PRESSES} presses of ${nbas} NBAs was answered.`);
      }
    }
    await clients.settle();
    if (servers.some(({ ended }) => ended)) faults.push('A server ended.');
    const audited = await stand.audit();
    faults.push(...missing(audited, stand.journal.presses));
    const notes = [`${rounds * cases.length} times ${PRESSES}`];
    return findingOf(clients, audited, { notes, faults });
  } finally {
    agent.destroy();
    await product.end();
    await stand.cluster.stop();
  }
}

/** Exactly one success for each NBA: neither more, nor less. */
function missing({ executions }: Audited, presses: readonly Press[]): string[] {
  if (executions === presses.length) return [];
  return [`${presses.length} NBAs were pressed, and ${executions} executions are on record.`];
}
