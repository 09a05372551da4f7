/**
 * How fast the console is in a real browser: the time from an address to the first list with nothing cached, and
 * a queue of ten thousand rows that is scrolled through and worked off by keys.
 *
 * `npm run bench:console -- --rounds 10 --write`. It needs a browser, as the tests of the console do, and fails
 * where the median of the first list is over one second.
 */
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { type APIRequestContext, type Browser, chromium, type Page } from 'playwright-core';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { findChromium } from '../test/console/support/chromium.js';
import { writeInto } from './document.js';
import { join } from 'node:path';
import { OPERATOR, startServer } from './measured-server.js';
import { inOwnFolder } from './own-folder.js';
import { median, runLine, spreadOf } from './report.js';

const MOST_FIRST_LIST_MS = 1000;
const ROWS = 10_000;
const FRAMES = 200;
const KEYS = 20;
const DOCUMENT = 'docs/performance.md';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
  },
});

type StorageState = Awaited<ReturnType<APIRequestContext['storageState']>>;

/** What was measured, in ms each. */
interface Taken {
  readonly firstList: number[];
  readonly frames: number[];
  readonly keys: number[];
  readonly presses: number[];
}

await inOwnFolder(async (folder) => {
  const found = findChromium();
  if (!found) throw new Error('The bench of the console needs a browser: set CHROME_PATH.');
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const server = await startServer({ folder, databaseUrl: database.url });
  const env = { ...process.env, ...found.env } as Record<string, string>;
  const browser = await chromium.launch({
    executablePath: found.executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
    env,
  });
  try {
    await seed(database.url);
    const table = tableOf(await measure(browser, server.url));
    console.log(`\n${table}`);
    if (options.write) writeInto(DOCUMENT, 'console', table);
  } finally {
    await browser.close();
    await server.stop();
    await database.stop();
  }
});

async function seed(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO next_best_actions
       (id, entity_type, entity_id, dedupe_key, title, reason, priority, score, status)
     SELECT gen_random_uuid(), 'account', 'long', 'k' || n, 'Row ' || n, 'Why', 'high', n % 100, 'queued'
     FROM generate_series(1, ${ROWS}) AS n`,
  );
  await client.query('ANALYZE next_best_actions');
  await client.end();
}

async function measure(browser: Browser, url: string): Promise<Taken> {
  const session = await signIn(browser, url);
  const taken: Taken = { firstList: [], frames: [], keys: [], presses: [] };
  for (let round = 0; round < Number(options.rounds); round += 1) {
    // A context of its own has an empty cache.
    const page = await openPage(browser, session);
    await page.goto(url);
    await page.locator('.q > li').first().waitFor();
    taken.firstList.push(await page.evaluate(`performance.now()`));
    await page.context().close();
  }
  const page = await openPage(browser, session);
  await page.goto(url);
  await page.locator('.q > li').first().waitFor();
  await readAll(page);
  taken.frames.push(...(await scroll(page)));
  await page.locator('.q > li').first().click();
  for (let index = 0; index < KEYS; index += 1) {
    const pressed = performance.now();
    await page.keyboard.press('j');
    await page.locator('.q > li.sel a:focus').waitFor();
    taken.keys.push(performance.now() - pressed);
  }
  for (let index = 0; index < KEYS; index += 1) {
    const title = await page.locator('.q > li.sel .t').textContent();
    const pressed = performance.now();
    await page.keyboard.press('e');
    await page
      .getByRole('status')
      .getByText(`“${title ?? ''}”: mark done`)
      .waitFor();
    taken.presses.push(performance.now() - pressed);
  }
  return taken;
}

/** The cookie of one sign-in: their number a minute is limited. */
async function signIn(browser: Browser, url: string): Promise<StorageState> {
  const { request } = await browser.newContext();
  const headers = { Origin: url };
  const answer = await request.post(`${url}/api/auth/session`, { data: OPERATOR, headers });
  if (!answer.ok()) throw new Error(`The sign-in was answered with ${answer.status()}.`);
  return request.storageState();
}

async function openPage(browser: Browser, storageState: StorageState): Promise<Page> {
  const viewport = { width: 1280, height: 800 };
  return (await browser.newContext({ viewport, storageState })).newPage();
}

async function readAll(page: Page): Promise<void> {
  for (let rows = 0; rows < ROWS;) {
    rows = await page.evaluate<number>(`
      document.querySelector('.scroller').scrollTo(0, 1e9);
      Number(document.querySelector('.q > li').getAttribute('aria-setsize'))`);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}

/** The times between frames while the list is scrolled by almost a page a frame. */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate<number[]>(`new Promise((done) => {
    const list = document.querySelector('.scroller');
    list.scrollTo(0, 0);
    const gaps = [];
    let last = performance.now();
    const step = (now) => {
      gaps.push(now - last);
      last = now;
      list.scrollBy(0, 700);
      if (gaps.length < ${FRAMES}) requestAnimationFrame(step);
      else done(gaps);
    };
    requestAnimationFrame(step);
  })`);
}

function tableOf({ firstList, frames, keys, presses }: Taken): string {
  const first = median(firstList);
  if (first > MOST_FIRST_LIST_MS) {
    throw new Error(`The first list took ${first.toFixed(0)} ms.`);
  }
  const line = (what: string, values: number[]): string =>
    `| ${what} | **${median(values).toFixed(0)}** (${spreadOf(values, 0)}) |`;
  return [
    `${runLine()}: medians; in brackets the spread. Server, database and browser share the machine.`,
    '',
    '| console | ms |',
    '| --- | --- |',
    line('first list, nothing cached', firstList),
    line(`a frame while ${ROWS} rows are scrolled by a page a frame`, frames),
    line(`j among ${ROWS} rows, to the focus on the next`, keys),
    line(`e among ${ROWS} rows, to the answer of the server`, presses),
  ].join('\n');
}
