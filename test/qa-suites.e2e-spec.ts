import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, manyItems, pushItems, runIn } from './support/desk.js';
import { skipReason } from './support/qa-env.js';
import { afterItsLimit } from './support/qa-sign-in.js';
import { ApiClient } from './support/requests.js';
import { ServerProcess } from './support/server-process.js';

interface Report {
  numFailedTests: number;
  numPassedTests: number;
  numPendingTests: number;
  testResults: { name: string; message: string; assertionResults: Assertion[] }[];
}
interface Assertion {
  status: string;
  fullName: string;
}

/** Runs `npm run test:e2e:remote` as QA does, in a process without access to the database. */
async function runSuites(folder: string, env: Record<string, string>): Promise<Report> {
  const outputFile = join(folder, 'report.json');
  await runRemote(env, ['--json', '--outputFile', outputFile]);
  return JSON.parse(readFileSync(outputFile, 'utf8')) as Report;
}

/** Its exit code, and everything that it wrote. */
async function runRemote(
  env: Record<string, string>,
  options: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.remote.config.mjs'];
  // One process: each further worker loads the test framework and the packages again.
  const child = spawn(process.execPath, [...jest, '--runInBand', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      E2E_EMAIL: OPERATOR.email,
      E2E_PASSWORD: OPERATOR.password,
      ...env,
    },
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, output: out + err };
}

const titlesOf = (report: Report, status: string): string[] =>
  report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((assertion) => assertion.status === status)
    .map(({ fullName }) => fullName);

describe('the QA suites against a server in another process', () => {
  let app: TestApp;
  let server: ServerProcess;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nba-qa-'));
    app = await createTestApp();
    server = await ServerProcess.start(app.database.url, { RUN_LIMIT_PER_MINUTE: '1000000' });
    await somebodyElsesDesk();
  });
  afterAll(async () => {
    await server.end('SIGTERM');
    await app.close();
    rmSync(folder, { recursive: true });
  });

  const others = freshScope();
  const somebodyElsesDesk = async (): Promise<void> => {
    await pushItems(app.api, others, [
      ...manyItems(others, 4, { kind: 'reminder', state: 'open', dueInHours: -5 }),
      ...manyItems(others, 3, { kind: 'intake_lead', state: 'new' }),
    ]);
    await runIn(app.api, '/api/scores/compute', others);
    await runIn(app.api, '/api/risk/run-rules', others);
    await runIn(app.api, '/api/next-actions/run', others);
    await createNextAction(app.api, others);
  };
  const DESK_TABLES = ['work_items', 'score_snapshots', 'risk_flags', 'next_best_actions'];
  const everythingOfOthers = () =>
    Promise.all(
      DESK_TABLES.map((table) =>
        app.rows<object>(`SELECT * FROM ${table} WHERE entity_id = $1 ORDER BY id`, [
          others.entityId,
        ]),
      ),
    );
  const leftOpen = () =>
    app.rows<{ what: string }>(
      `SELECT 'item' AS what FROM work_items WHERE entity_id <> $1
       UNION ALL SELECT 'flag' FROM risk_flags WHERE entity_id <> $1 AND status = 'open'
       UNION ALL SELECT 'action' FROM next_best_actions
       WHERE entity_id <> $1 AND status = 'queued'`,
      [others.entityId],
    );
  const events = async (): Promise<number> =>
    (await app.rows<{ count: number }>('SELECT count(*)::int FROM ops_events'))[0]!.count;

  it('pass, change no other data and clean up', async () => {
    const before = await everythingOfOthers();
    const report = await runSuites(folder, { PLAYWRIGHT_BASE_URL: `${server.url}/` });
    expect(report.testResults.map(({ message }) => message).join('')).toBe('');
    expect(report.testResults).toHaveLength(3);
    expect(report).toMatchObject({ numFailedTests: 0, numPendingTests: 0 });
    expect(report.numPassedTests).toBeGreaterThan(15);
    expect(await everythingOfOthers()).toEqual(before);
    expect(await leftOpen()).toEqual([]);
  }, 120_000);

  it('skip on the guarded host, say why and send nothing', async () => {
    const before = await events();
    const guarded = { PLAYWRIGHT_BASE_URL: `${server.url}/?as=www.EvensLouis.ca` };
    const report = await runSuites(folder, guarded);
    expect(report).toMatchObject({ numFailedTests: 0, numPassedTests: 0 });
    const skipped = titlesOf(report, 'pending');
    expect(skipped.length).toBeGreaterThan(15);
    for (const title of skipped) expect(title).toContain('includes evenslouis.ca');
    expect(await events()).toBe(before);
  }, 120_000);

  it('score leads on the guarded host on purpose, and do nothing else there', async () => {
    const report = await runSuites(folder, {
      PLAYWRIGHT_BASE_URL: `${server.url}/?as=evenslouis.ca`,
      E2E_ALLOW_PROD_SCORE: '1',
    });
    expect(report.numFailedTests).toBe(0);
    const suites = titlesOf(report, 'passed').map((title) => title.split(' ', 3).join(' '));
    expect([...new Set(suites)]).toEqual(['scoring intake leads']);
    expect(titlesOf(report, 'pending').length).toBeGreaterThan(10);
    expect(await leftOpen()).toEqual([]);
  }, 120_000);
});

describe('QA suites that can not sign in', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  it.each([
    [
      'a wrong password',
      () => ({ PLAYWRIGHT_BASE_URL: app.url, E2E_PASSWORD: 'sesame' }),
      () => `${app.url} refused the sign-in: correct E2E_EMAIL or E2E_PASSWORD.`,
    ],
    [
      'no server',
      () => ({ PLAYWRIGHT_BASE_URL: 'http://127.0.0.1:1' }),
      () =>
        'http://127.0.0.1:1 does not answer (ECONNREFUSED: Connection refused): start it, or correct PLAYWRIGHT_BASE_URL.',
    ],
    [
      'no address',
      () => ({ PLAYWRIGHT_BASE_URL: 'staging' }),
      () => 'PLAYWRIGHT_BASE_URL is no address: write it as https://staging.example.com.',
    ],
  ])(
    'end with one sentence: %s',
    async (_, env, sentence) => {
      expect(await runRemote(env())).toEqual({
        code: 1,
        output: `No suite ran. ${sentence()}\n`,
      });
    },
    60_000,
  );
});

describe('the guard of the QA suites', () => {
  const PROD = { PLAYWRIGHT_BASE_URL: 'https://desk.evenslouis.ca' };

  it.each([
    ['in process', {}, {}, false],
    ['elsewhere', { PLAYWRIGHT_BASE_URL: 'https://staging.example.com' }, {}, false],
    ['on the guarded host', PROD, {}, true],
    ['there in capitals', { PLAYWRIGHT_BASE_URL: 'https://EVENSLOUIS.CA' }, {}, true],
    ['there, allowed to score', { ...PROD, E2E_ALLOW_PROD_SCORE: '1' }, {}, true],
    ['there, scoring', PROD, { scoresLeadsOnly: true }, true],
    [
      'there, scoring and allowed to',
      { ...PROD, E2E_ALLOW_PROD_SCORE: '1' },
      { scoresLeadsOnly: true },
      false,
    ],
    [
      'there, scoring, with a half-hearted permission',
      { ...PROD, E2E_ALLOW_PROD_SCORE: 'true' },
      { scoresLeadsOnly: true },
      true,
    ],
  ])('skips %s: %j', (_name, env, options, skips) => {
    expect(skipReason(env, options) !== undefined).toBe(skips);
  });

  it('retries after the Retry-After of a limited server', async () => {
    const answers = [429, 429, 200];
    const http = createServer((_request, response) => {
      response.writeHead(answers.shift() ?? 500, { 'Retry-After': '0' }).end();
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const api = new ApiClient(`http://127.0.0.1:${port}`);
    const { status } = await afterItsLimit(() => api.get('/'));
    expect([status, answers]).toEqual([200, []]);
    http.close();
  });
});
