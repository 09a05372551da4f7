/**
 * npm run image:steps
 *
 * Runs the Dockerfile without a container engine: its instructions in folders, then the result as its USER, as process
 * 1, on a read-only root with a tmpfs, against a real PostgreSQL. This machine's programs stand in for the base image.
 * Without root on Linux, the steps run in plain folders, and what needs namespaces is skipped.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, exitCodeOfChecks } from '../bench/checks.js';
import { Cluster } from '../bench/chaos/cluster.js';
import { inOwnFolder } from '../bench/own-folder.js';
import { freePort } from '../bench/server-process.js';
import { type BuiltImage, buildStages } from './image/build-stages.js';
import { Container } from './image/container.js';
import { readDockerfile } from './image/dockerfile.js';
import { canIsolate } from './image/isolation.js';

const STOP_LIMIT_MS = 25_000;
const EMAIL = 'admin@example.com';

await inOwnFolder(async (folder) => {
  const isolated = canIsolate();
  console.log(
    isolated
      ? `Base image: the programs of this machine, with node ${process.version}.`
      : 'Skipped, since they need root on Linux: the user of the image, process 1, the read-only root.',
  );
  const stages = readDockerfile(readFileSync('Dockerfile', 'utf8'));
  const report = (line: string): void => console.log(`     ${line}`);
  const image = buildStages(stages, join(folder, 'image'), { isolated, report });
  checkFiles(image);
  const cluster = await Cluster.create(join(folder, 'database'));
  await cluster.start();
  try {
    await checkContainers(image, cluster, { folder, isolated });
  } finally {
    await cluster.stop('immediate');
  }
  process.exitCode = exitCodeOfChecks();
});

/** The image has what it runs, and nothing else of the project. */
function checkFiles({ root, workdir, command }: BuiltImage): void {
  const app = join(root, workdir);
  const has = (path: string): boolean => existsSync(join(app, path));
  check(
    has(command[0] ?? '-') && has('dist/console/index.html'),
    'the image has server and console',
  );
  const unwanted = ['src', 'test', '.git', '.env', 'node_modules/typescript', 'node_modules/vite'];
  const found = unwanted.filter(has);
  const packages = readdirSync(join(app, 'node_modules')).length;
  check(found.length === 0, `no sources and no build tools among ${packages} folders of packages`);
}

async function checkContainers(
  image: BuiltImage,
  cluster: Cluster,
  run: { readonly folder: string; readonly isolated: boolean },
): Promise<void> {
  const [port, workerPort] = [String(await freePort()), String(await freePort())];
  const password = randomBytes(15).toString('base64url');
  const env = {
    DATABASE_URL: cluster.url,
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ADMIN_EMAIL: EMAIL,
    ADMIN_PASSWORD: password,
    HOST: '127.0.0.1',
    PORT: port,
    WORKER_PORT: workerPort,
    DEMO: 'true',
  };
  const server = Container.start(image, {
    ...run,
    name: 'server',
    env: { ...env, WORKER: 'false' },
  });
  await server.healthy();
  check(true, 'the server is healthy, as HEALTHCHECK sees it');
  if (run.isolated) checkRights(server, image);
  const command = ['dist/src/worker.js'];
  const worker = Container.start(image, { ...run, name: 'worker', command, env });
  await worker.healthy();
  check(true, 'a worker of the same image is healthy on WORKER_PORT');
  await checkHttp(`http://127.0.0.1:${port}`, password);
  const users = await server.exec(['node', 'dist/src/user-cli.js', 'list']);
  check(users.code === 0 && users.output.includes(EMAIL), 'dist/src/user-cli.js lists the users');
  const migrate = ['node_modules/typeorm/cli.js', 'migration:run', '-d', 'dist/ormconfig.js'];
  const migrated = await server.exec(['node', ...migrate]);
  check(
    migrated.code === 0 && migrated.output.includes('No migrations are pending'),
    'the image migrates by itself, as the job of deploy/k8s does',
  );
  for (const [name, container] of Object.entries({ server, worker })) {
    const { code, ms } = await container.stop();
    check(
      code === 0 && ms < STOP_LIMIT_MS,
      `SIGTERM ends the ${name} with ${code} in ${(ms / 1000).toFixed(1)} s`,
    );
  }
}

/** What the kernel says about process 1. */
function checkRights({ pid }: Container, { user: [uid, gid] }: BuiltImage): void {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '';
  check(
    field('Uid').startsWith(`${uid}\t`) &&
      field('Gid').startsWith(`${gid}\t`) &&
      field('Groups').trim() === '',
    `it runs as ${uid}:${gid}, without further groups`,
  );
  check(field('NSpid').endsWith('\t1') && field('Name') === 'node', 'node is process 1');
  check(
    /^0+$/.test(field('CapBnd')) && field('NoNewPrivs') === '1',
    'it has no capability and can get none',
  );
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
  const options = (path: string): string =>
    mounts.find((line) => line.split(' ')[4] === path)?.split(' ')[5] ?? '';
  check(
    options('/').startsWith('ro') && options('/tmp').startsWith('rw'),
    'the root is read-only, /tmp is a tmpfs',
  );
}

/** Reads the page, signs in and presses a button. */
async function checkHttp(url: string, password: string): Promise<void> {
  const page = await fetch(`${url}/`, { headers: { Accept: 'text/html' } });
  const script = /src="([^"]+\.js)"/.exec(await page.text())?.[1] ?? 'none';
  const asset = await fetch(new URL(script, `${url}/`));
  check(page.status === 200 && asset.status === 200, 'the console and its script are served');
  const signedIn = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password }),
  });
  const { accessToken } = (await signedIn.json()) as { accessToken: string };
  const headers = { Authorization: `Bearer ${accessToken}`, 'Content-Type': 'application/json' };
  const list = await fetch(`${url}/api/next-actions?pageSize=1`, { headers });
  const { items } = (await list.json()) as { items: { id: string }[] };
  const pressed = await fetch(`${url}/api/next-actions/${items[0]?.id ?? '-'}/execute`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ actionKey: 'mark_done' }),
  });
  const { executionId = 'none' } = (await pressed.json()) as { executionId?: string };
  const executions = await fetch(`${url}/api/next-actions/${items[0]?.id ?? '-'}/executions`, {
    headers,
  });
  const record = await executions.text();
  check(
    pressed.status === 200 && record.includes(executionId),
    `a button is pressed over HTTP: ${pressed.status}, execution ${executionId} is on record`,
  );
}
