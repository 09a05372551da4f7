import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createEmptyDatabase, type TestDatabase } from './support/database.js';
import { ServerProcess } from './support/server-process.js';

jest.setTimeout(60_000);

/** The shell blocks of a page, or of some sections of it, as they stand there. */
function linesOf(page: string, ...sections: string[]): string {
  const blocks = readFileSync(page, 'utf8')
    .split(/^## /m)
    .filter((section) => sections.length === 0 || sections.includes(section.split('\n')[0]!))
    .flatMap((section) => [...section.matchAll(/^```sh\n(.*?)^```$/gms)]);
  return blocks.map(([, block]) => block).join('');
}

describe('a developer who pastes', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nba-readme-'));
    mkdirSync(join(folder, '.data'));
    database = await createEmptyDatabase();
    server = await ServerProcess.start(database.url, {
      NODE_ENV: 'development',
      DATA_DIR: join(folder, '.data'),
      DEMO: 'true',
      JWT_SECRET: '',
      ADMIN_EMAIL: '',
      ADMIN_PASSWORD: '',
    });
  });
  afterAll(async () => {
    await server.end('SIGTERM');
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  /** Runs lines in a shell in the folder; the answers, one JSON value each. */
  async function paste(lines: string): Promise<unknown[]> {
    const child = spawn('sh', ['-eu', '-c', lines.replaceAll(/^(curl .*)$/gm, '$1; echo')], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, API: `${server.url}/api` },
    });
    const closed = once(child, 'close') as Promise<[number | null]>;
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    expect({ code, err }).toMatchObject({ code: 0 });
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  }

  it('pushes, runs the rules, lists and presses, by the lines of the README', async () => {
    const lines = linesOf('README.md', 'Try it', 'What a press does');
    expect(await paste(lines)).toEqual([
      expect.objectContaining({ externalId: 'call-globex', entityId: 'globex' }),
      expect.objectContaining({ created: 1 }),
      expect.objectContaining({
        items: [expect.objectContaining({ entityId: 'globex', status: 'queued' })],
      }),
      { ok: true, executionId: expect.any(String) as string },
      { ok: true, executionId: expect.any(String) as string },
    ]);
  });

  it('exports and imports work items, by the lines of their page', async () => {
    const [signIn = ''] = linesOf('README.md', 'Try it').split('curl -s $API/work-items');
    expect(await paste(`${signIn}${linesOf('docs/work-items.md')}`)).toEqual([
      expect.objectContaining({ dryRun: true, created: 1, failed: 0 }),
      expect.objectContaining({ dryRun: false, created: 0, failed: 0 }),
    ]);
  });

  it('presses a button of the demo, by the lines of the welcome', async () => {
    const [, lines = ''] = await server.says(/press a button:\n(.*?)\n\n/s);
    expect(await paste(lines)).toEqual([{ ok: true, executionId: expect.any(String) as string }]);
  });

  it('finds the version of the package in the OpenAPI document', async () => {
    const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      info: { version: string };
    };
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
  });
});
