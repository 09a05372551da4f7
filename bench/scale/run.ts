import { Client } from 'pg';
import { readEnv } from '../../src/config/env.js';
import { migrate } from '../../src/database/start/migrate.js';
import { buildSearchIndex } from '../../src/database/search/search-index.sql.js';
import { NEXT_ACTION_SEARCH } from '../../src/next-actions/model/search-text.js';
import { schema } from '../../src/schema.js';
import { runLine } from '../report.js';
import { nextActionIdSql, seed } from './data.js';
import { measureGrowth } from './growth.js';
import { fillHistory } from './history.js';
import { measuredLists } from './lists.js';
import { Site } from './site.js';
import { desksOf, type ScaleSizes, shownCount } from './sizes.js';
import { measureLists } from './statements.js';

/** Where docs/scale-lists.md is. */
export const SCALE_DOCUMENT = 'docs/scale-lists.md';

/** A long history against a short one: how many times as many rows, and months that it is spread over. */
const LONGER = 100;
const LONG_MONTHS = 12;

/** Where the bench measures. */
export interface ScalePlace {
  /** The database that {@link fillScale} has filled. */
  readonly url: string;
  /** The dist folder of the built server. */
  readonly dist: string;
  /** For logs of the servers. */
  readonly folder: string;
}

/**
 * Fills three databases: an empty one with all next best actions and a long history, and two others on the
 * same server, one with a hundredth of both, and one with the same and a partition for each of many months.
 */
export async function fillScale(
  url: string,
  sizes: ScaleSizes,
  progress: (line: string) => void,
): Promise<void> {
  const { short, long, months } = contentsOf(sizes);
  const urls = urlsOf(url);
  for (const other of [urls.short, urls.months]) {
    await onDatabase(url, (client) => client.query(`CREATE DATABASE ${databaseOf(other)}`));
  }
  await fill(urls.short, short, progress);
  await fill(urls.months, months, progress);
  await fill(urls.long, long, progress);
}

/** Removes the databases beside the filled one. */
export async function dropScale(url: string): Promise<void> {
  const { short, months } = urlsOf(url);
  for (const other of [short, months]) {
    await onDatabase(url, (client) =>
      client.query(`DROP DATABASE ${databaseOf(other)} WITH (FORCE)`),
    );
  }
}

/**
 * Starts a server on each of the databases, measures lists, presses and reads there, and returns the text of
 * docs/scale-lists.md.
 */
export async function benchScale(place: ScalePlace, sizes: ScaleSizes): Promise<string> {
  const contents = contentsOf(sizes);
  const urls = urlsOf(place.url);
  const sites: Site[] = [];
  try {
    for (const key of ['short', 'long', 'months'] as const) {
      const { rows, months } = contents[key];
      const name = `${shownCount(rows)} in ${months} ${months === 1 ? 'month' : 'months'}`;
      sites.push(await Site.start(name, urls[key], place, sizes.fastest));
    }
    const [short, long] = sites;
    if (!short || !long) throw new Error('A database of the bench has no server.');
    const lists = await measuredLists(long.client, desksOf(sizes.actions));
    const listed = await measureLists(long.client, lists, (path) => long.request(path));
    const growth = await measureGrowth(sites, await nextActionIn(short.client), sizes);
    return documentOf(sizes, listed, growth);
  } finally {
    await Promise.all(sites.map((site) => site.stop()));
  }
}

/** What a database of the bench holds. */
interface Content {
  readonly actions: number;
  /** Executions, and as many events. */
  readonly rows: number;
  readonly months: number;
}

function contentsOf({ actions, history, months }: ScaleSizes) {
  const few = { actions: actions / LONGER, rows: history / LONGER };
  return {
    short: { ...few, months: 1 },
    long: { actions, rows: history, months: LONG_MONTHS },
    months: { ...few, months },
  };
}

function urlsOf(url: string) {
  const besides = (suffix: string): string => {
    const beside = new URL(url);
    beside.pathname += `_${suffix}`;
    return beside.toString();
  };
  return { short: besides('short'), long: url, months: besides('months') };
}

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

async function onDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

async function fill(url: string, size: Content, progress: (line: string) => void): Promise<void> {
  const desks = desksOf(size.actions);
  await migrate({ url, setting: 'DATABASE_URL' }, readEnv({}), schema, console);
  await onDatabase(url, async (client) => {
    await seed(client, desks);
    await buildSearchIndex(client, NEXT_ACTION_SEARCH);
    await client.query('VACUUM (ANALYZE) next_best_actions');
  });
  progress(`${shownCount(size.actions)} next best actions stored`);
  await fillHistory(url, { ...size, scopes: desks.accounts.scopes });
  await onDatabase(url, (client) => client.query('CHECKPOINT'));
  progress(`${shownCount(size.rows)} executions and events in ${size.months} months stored`);
}

/** The first next best action, which all databases have. */
async function nextActionIn(client: Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>(`SELECT ${nextActionIdSql('1')}::text AS id`);
  return rows[0]?.id ?? '';
}

function documentOf(
  { actions, history, rounds, seconds }: ScaleSizes,
  lists: { readonly table: string; readonly plans: string },
  growth: { readonly presses: string; readonly reads: string; readonly plans: string },
): string {
  return `# Lists and history at scale

_For developers who change a list, and for those who run it._ Written by \`npm run bench -- --scale\`, on ${shownCount(actions)} next best actions and ${shownCount(history)} executions and events. All is measured in interleaved rounds of one run: ${runLine()}.

## Lists

The statements of a request, as a ratio to page 1 with its total of a scope of ${shownCount(desksOf(actions).small.queued)} queued: medians. What a list may cost is in the column “at most”. “As a request” is the same ratio through HTTP against the built server, and “pages” is how many pages of 8 kB its statements look at.

${lists.table}

## A long history

Presses of \`mark_done\` through HTTP against built servers, ${rounds} rounds of ${seconds} s with 16 connections: the rate as a ratio to that on a short history of executions and events, median and spread. Both tables of the history are partitioned by month; one partition more holds what is older, and three are made ahead.

${growth.presses}

Reads of the history and the feed, newest first: the time of a request as a ratio to that on the short history, and the pages of its statement. Of the events, one in 100,000 is of somebody who pressed seldom.

${growth.reads}

## Plans of lists

${lists.plans}

## Plans of reads of the history

Partitions that were not read are left out.

${growth.plans}
`;
}
