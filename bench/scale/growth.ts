import { type Query } from '../../src/database/connections/statement.js';
import { EVERY_EVENT } from '../../src/feed/event-filter.js';
import { SYSTEM_ACTOR } from '../../src/kernel/actor.js';
import { visibleRows } from '../../src/kernel/grants.js';
import { executionQueries } from '../../src/next-actions/delivery/executions.sql.js';
import { feedQuery } from '../../src/ops-events/ops-events.sql.js';
import { median, spreadOf } from '../report.js';
import { explain, withoutUnread } from './explain.js';
import { RARE_ACTOR } from './history.js';
import { partitionCount } from './partitions.js';
import { type Site } from './site.js';
import { type ScaleSizes } from './sizes.js';
import { ratios } from './statements.js';

const CONNECTIONS = 16;
const READ_ROUNDS = 21;
const PAGE = { limit: 26 };
/** At least this share of the presses of a short history is answered with a long one. */
const AT_LEAST = 0.9;

type PressSizes = Pick<ScaleSizes, 'rounds' | 'seconds' | 'fastest'>;

/** A read of the history or the feed, as a request and as its statement. */
interface MeasuredRead {
  readonly name: string;
  readonly path: string;
  readonly query: Query;
}

const readsOf = (nextActionId: string): MeasuredRead[] => {
  const feed = (
    name: string,
    query: Record<string, string>,
    filter: Partial<Parameters<typeof feedQuery>[0]>,
  ) => ({
    name,
    path: `/api/ops-events?${new URLSearchParams(query).toString()}`,
    query: feedQuery({ visible: EVERY_EVENT, ...filter }, PAGE),
  });
  const scope = 'account/a1';
  return [
    {
      name: 'the executions of a next best action',
      path: `/api/next-actions/${nextActionId}/executions`,
      query: executionQueries(nextActionId, PAGE).page,
    },
    feed('the feed', {}, {}),
    feed('the feed of a next best action', { nextActionId }, { nextActionId }),
    feed(
      'the feed of somebody who pressed seldom',
      { actorId: RARE_ACTOR },
      { actorId: RARE_ACTOR },
    ),
    feed('the feed of a scope', { scope }, { visible: visibleRows({ scope }, SYSTEM_ACTOR) }),
  ];
};

/**
 * Presses and reads against the first site, the one with a short history: rates of presses through HTTP in
 * interleaved rounds, then the time and the pages of reads. Returns two tables in Markdown, and the plans of
 * the second site's reads.
 */
export async function measureGrowth(
  sites: readonly Site[],
  nextActionId: string,
  sizes: PressSizes,
): Promise<{ presses: string; reads: string; plans: string }> {
  return {
    presses: await measurePresses(sites, sizes),
    ...(await measureReads(sites, nextActionId)),
  };
}

async function measurePresses(
  sites: readonly Site[],
  { rounds, seconds, fastest }: PressSizes,
): Promise<string> {
  const rates = sites.map((): number[] => []);
  // The first round connects, compiles and prepares.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { desk, load, server }] of sites.entries()) {
      await desk.prepare(fastest * seconds);
      const { rate } = await load.run('execute', server, CONNECTIONS, seconds);
      if (round > 0) rates[index]?.push(rate);
    }
  }
  const [short = []] = rates;
  const rows: string[] = [];
  for (const [index, site] of sites.entries()) {
    const own = rates[index] ?? [];
    const each = own.map((rate, round) => rate / (short[round] ?? NaN));
    const ratio = median(each);
    const holds = ratio >= AT_LEAST ? 'yes' : '**no**';
    rows.push(
      `| ${site.name} | ${await partitionsIn(site)} | ${ratio.toFixed(2)} (${spreadOf(each)}) | ${AT_LEAST} | ${holds} | ${median(own).toFixed(0)} |`,
    );
  }
  const head =
    '| history | partitions | rate of presses | at least | holds | presses/s |\n| --- | --- | --- | --- | --- | --- |';
  return `${head}\n${rows.join('\n')}`;
}

async function measureReads(
  sites: readonly Site[],
  nextActionId: string,
): Promise<{ reads: string; plans: string }> {
  const rows: string[] = [];
  const plans: string[] = [];
  for (const { name, path, query } of readsOf(nextActionId)) {
    const times = await ratios(READ_ROUNDS, sites, (site) => site.request(path));
    const cells: string[] = [];
    for (const site of sites) {
      const { plan, pages } = await explain(site.client, query);
      cells.push(`${(times.get(site) ?? NaN).toFixed(1)} | ${pages}`);
      // Of the long history: a plan of all the months is as long as they are many.
      if (site === sites[1]) {
        plans.push(`### ${name}, ${site.name}\n\n\`\`\`\n${withoutUnread(plan)}\n\`\`\``);
      }
    }
    rows.push(`| ${name} | ${cells.join(' | ')} |`);
  }
  const names = sites.flatMap((site) => [site.name, 'pages']);
  const head = `| read | ${names.join(' | ')} |\n| --- |${' --- |'.repeat(names.length)}`;
  return { reads: `${head}\n${rows.join('\n')}`, plans: plans.join('\n\n') };
}

async function partitionsIn({ client }: Site): Promise<number> {
  return partitionCount(client, 'next_action_executions');
}
