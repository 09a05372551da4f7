import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { removeClusterAndDataDir } from '../src/database/embedded/cluster.location.js';
import { compiled } from './support/compiled.js';
import { noServerRuns } from './support/embedded-probes.js';

jest.setTimeout(120_000);

/** The project's scripts over its sources: what a build would make of them is of no concern here. */
function projectWithoutBuild(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nba-npm-'));
  for (const name of ['package.json', 'scripts/start.mjs']) cpSync(name, join(folder, name));
  writeFileSync(join(folder, 'scripts', 'build-if-stale.mjs'), '');
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'dist', 'src'), { recursive: true });
  for (const entry of ['main', 'worker']) {
    const source = pathToFileURL(compiled(`src/${entry}.ts`)).href;
    const load = `await import('${source}');\n`;
    writeFileSync(join(folder, 'dist', 'src', `${entry}.js`), load);
  }
  return folder;
}

describe('npm', () => {
  let folder: string;
  let dataDir: string;
  beforeAll(() => {
    folder = projectWithoutBuild();
    dataDir = join(folder, 'data');
  });
  afterAll(async () => {
    await removeClusterAndDataDir(dataDir);
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['start', /"address":"http:\/\/127\.0\.0\.1:(\d+)"/],
    ['run worker', /"port":(\d+),"msg":"worker is ready"/],
  ])(
    '%s passes SIGTERM on: the process, its port and its database are gone',
    async (script, ready) => {
      const npm = spawn('npm', script.split(' '), {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          PORT: '0',
          WORKER_PORT: '0',
          DATA_DIR: dataDir,
          npm_config_update_notifier: 'false',
        },
      });
      // The welcome goes there.
      npm.stderr.resume();
      try {
        const closed = once(npm, 'close');
        let said = '';
        const port = await new Promise<string>((found, failed) => {
          npm.stdout.on('data', (chunk: Buffer) => {
            const match = ready.exec((said += chunk.toString()));
            if (match) found(match[1]!);
          });
          npm.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
          npm.once('close', () => failed(new Error(`npm ended: ${said}`)));
        });
        npm.kill('SIGTERM');
        // Its standard output is closed once nobody is left who could write to it.
        expect(await closed).toEqual([0, null]);
        expect(said).toMatch(/"msg":"stopped"/);
        await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toMatchObject({
          cause: { code: 'ECONNREFUSED' },
        });
        await noServerRuns(dataDir);
      } finally {
        npm.kill('SIGKILL');
      }
    },
  );
});
