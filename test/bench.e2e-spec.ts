import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../bench/server-process.js';
import { writtenBy } from '../bench/written-rows.js';
import { processIdentity } from '../src/database/embedded/process.identity.js';
import { createTestApp, JWT_SECRET, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { compiled } from './support/compiled.js';
import { ApiClient } from './support/requests.js';

jest.setTimeout(120_000);

describe('a contestant of the bench', () => {
  let app: TestApp;
  let folder: string;
  const contestants: ServerProcess[] = [];
  beforeAll(async () => {
    app = await createTestApp();
    folder = mkdtempSync(join(tmpdir(), 'nba-contestants-'));
  });
  afterAll(async () => {
    await Promise.all(contestants.map((contestant) => contestant.stop()));
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const pressAt = async (api: ApiClient): Promise<string> => {
    const { id } = await createNextAction(app.api);
    const { body } = await api.press(id, 'mark_done').expect(200);
    const again = await api.press(id, 'mark_done').expect(200);
    expect(again.body).toEqual(body);
    expect(body).toEqual({ ok: true, executionId: expect.any(String) });
    return body.executionId;
  };

  it.each([
    ['floor', 'bench/floor.ts'],
    ['idiomatic', 'bench/contestants/idiomatic/main.ts'],
  ])('such as %s checks the token and writes what the server writes', async (name, entry) => {
    const env = {
      DATABASE_URL: app.database.url,
      JWT_SECRET,
      EXECUTE_LIMIT_PER_MINUTE: '1000000',
    };
    const contestant = await ServerProcess.start({ name, args: [compiled(entry)], folder, env });
    contestants.push(contestant);
    const { url } = contestant;
    const { id } = await createNextAction(app.api);
    const forged = `${app.api.token!.slice(0, -6)}AAAAAA`;
    await new ApiClient(url).press(id, 'mark_done').expect(401);
    await new ApiClient(url, forged).press(id, 'mark_done').expect(401);

    const expected = await writtenBy(app.database.url, await pressAt(app.api));
    const executionId = await pressAt(new ApiClient(url, app.api.token));
    expect(await writtenBy(app.database.url, executionId)).toEqual(expected);
    expect(expected).toContain('ops_events.0.entity_id');
  });

  it('such as the floor lists what the server lists, with its buttons', async () => {
    const scope = { entityType: 'bench', entityId: 'list' };
    await createNextAction(app.api, scope);
    await createNextAction(app.api, scope);
    const query = { ...scope, status: 'queued', page: 1, pageSize: 25 };
    const { body } = await app.api.get('/api/next-actions', query).expect(200);
    const floor = await ServerProcess.start({
      name: 'floor of lists',
      args: [compiled('bench/floor.ts')],
      folder,
      env: {
        DATABASE_URL: app.database.url,
        JWT_SECRET,
        LIST_BUTTONS: JSON.stringify(body.items[0].actions),
      },
    });
    contestants.push(floor);
    const listed = await new ApiClient(floor.url, app.api.token).get('/api/next-actions', query);
    expect(listed.body).toEqual(body);
    expect(body.items).toHaveLength(2);
  });
});

describe('a benchmark', () => {
  it.each([
    ['fails', 'fail', undefined, 1],
    ['is interrupted', 'run', 'SIGINT', 130],
  ] as const)('that %s leaves no database and no file', async (_, how, signal, exitCode) => {
    const bench = spawn(process.execPath, [compiled('test/fixtures/bench-work.ts'), how], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(bench, 'exit');
    const [line] = (await once(bench.stdout, 'data')) as [Buffer];
    const started = JSON.parse(line.toString()) as { folders: string[]; pids: number[] };
    if (signal !== undefined) bench.kill(signal);
    expect(await exited).toEqual([exitCode, null]);
    expect(started.folders.filter((folder) => existsSync(folder))).toEqual([]);
    expect(started.pids.filter((pid) => processIdentity(pid) !== undefined)).toEqual([]);
    expect(started).toEqual({
      folders: Array(2).fill(expect.any(String)),
      pids: Array(2).fill(expect.any(Number)),
    });
  });
});
