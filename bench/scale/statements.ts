import { type Client } from 'pg';
import { type Query, StatementNames } from '../../src/database/connections/statement.js';
import { median } from '../report.js';
import { explain } from './explain.js';
import { type MeasuredList } from './lists.js';

const ROUNDS = 31;
/** A request also takes the way through the server, which hardly varies. */
const REQUEST_ROUNDS = 15;

const names = new StatementNames();

/** Answers a request of the built server; throws where the answer is none of 2xx. */
export type Request = (path: string) => Promise<void>;

/** The lists as a table in Markdown, and the plans of their statements. */
export interface MeasuredLists {
  readonly table: string;
  readonly plans: string;
}

/**
 * The time of each list against that of the first one, by its statements and as a request, and the pages
 * that it reads. Rounds are interleaved, and the medians compared.
 */
export async function measureLists(
  client: Client,
  lists: readonly MeasuredList[],
  request: Request,
): Promise<MeasuredLists> {
  const statements = await ratios(ROUNDS, lists, async ({ queries }) => {
    for (const query of queries) await run(client, query);
  });
  const requested = lists.filter(({ path }) => path !== undefined);
  const requests = await ratios(REQUEST_ROUNDS, requested, ({ path = '' }) => request(path));
  const rows: string[] = [];
  const plans: string[] = [];
  for (const list of lists) {
    let pages = 0;
    for (const query of list.queries) {
      const explained = await explain(client, query);
      pages += explained.pages;
      plans.push(`### ${list.name}\n\n\`\`\`\n${explained.plan}\n\`\`\``);
    }
    const ratio = statements.get(list) ?? NaN;
    const holds = ratio <= list.atMost ? 'yes' : '**no**';
    const ofRequest = requests.get(list)?.toFixed(1) ?? '–';
    rows.push(
      `| ${list.name} | ${ratio.toFixed(1)} | ${list.atMost} | ${holds} | ${ofRequest} | ${pages} |`,
    );
  }
  const head =
    '| list | times page 1 | at most | holds | as a request | pages |\n| --- | --- | --- | --- | --- | --- |';
  return { table: `${head}\n${rows.join('\n')}`, plans: plans.join('\n\n') };
}

/** Runs each in turn, round by round, and divides the medians by that of the first. */
export async function ratios<T>(
  rounds: number,
  measured: readonly T[],
  work: (each: T) => Promise<void>,
): Promise<Map<T, number>> {
  const times = measured.map((): number[] => []);
  // The first round opens connections and prepares statements.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, each] of measured.entries()) {
      const since = performance.now();
      await work(each);
      if (round > 0) times[index]?.push(performance.now() - since);
    }
  }
  const medians = times.map((values) => median(values));
  const reference = medians[0] ?? NaN;
  return new Map(measured.map((each, index) => [each, (medians[index] ?? NaN) / reference]));
}

/** As the server sends it: prepared by name, unless it is planned for its values. */
async function run(client: Client, { statement, values }: Query): Promise<void> {
  const { text, replanned } = statement;
  const name = replanned === true ? undefined : names.of(text);
  await client.query({ ...(name === undefined ? {} : { name }), text, values });
}
