import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Route } from './load.js';
import { procStat } from './proc-stat.js';
import { ServerProcess } from './server-process.js';

/** A server under load, in a process of its own. */
export interface Contestant {
  readonly name: string;
  readonly url: string;
  /** What it serves. */
  readonly routes: readonly Route[];
  readonly stop: () => Promise<void>;
  /** CPU time of the process so far, in s; undefined if the system does not report it. */
  readonly cpuSeconds: () => number | undefined;
}

const LOADER = ['--import', '@swc-node/register/esm-register'];
const ROUTES: readonly Route[] = ['execute', 'list'];

const EMAIL = 'operator@example.com';

/** Starts the contestants on one database, with one secret, each on a free port. */
export class Servers {
  private readonly jwtSecret = randomBytes(32).toString('base64url');
  private readonly password = randomBytes(15).toString('base64url');
  private readonly running: Contestant[] = [];

  constructor(
    private readonly databaseUrl: string,
    private readonly folder: string,
  ) {}

  /** `buttons` is what the server shows at every item of the list. */
  startFloor(buttons: unknown): Promise<Contestant> {
    const args = [...LOADER, join(import.meta.dirname, 'floor.ts')];
    return this.start('floor', args, ROUTES, { LIST_BUTTONS: JSON.stringify(buttons) });
  }

  /** A contestant of `contestants/`, which serves execute alone. */
  startContestant(name: string): Promise<Contestant> {
    const folder = join(import.meta.dirname, 'contestants');
    const entry = join(folder, name, 'main.ts');
    if (!existsSync(entry)) {
      const names = readdirSync(folder).join(', ');
      throw new Error(`There is no contestant "${name}". The contestants are: ${names}.`);
    }
    return this.start(name, [...LOADER, entry], ['execute']);
  }

  /** The built server of a dist folder, set as in production but for the rate limit. */
  startServer(name: string, dist: string): Promise<Contestant> {
    return this.start(name, [...profiling(name), join(dist, 'src/main.js')], ROUTES);
  }

  /** A token of the first user, by signing in. */
  async token(server: Contestant): Promise<string> {
    const response = await fetch(`${server.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: EMAIL, password: this.password }),
    });
    if (!response.ok) throw new Error(`The sign-in was answered with ${response.status}.`);
    return ((await response.json()) as { accessToken: string }).accessToken;
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((contestant) => contestant.stop()));
  }

  private async start(
    name: string,
    args: string[],
    routes: readonly Route[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Contestant> {
    const server = await ServerProcess.start({
      name,
      args,
      folder: this.folder,
      env: {
        NODE_ENV: 'production',
        DATABASE_URL: this.databaseUrl,
        DATA_DIR: this.folder,
        JWT_SECRET: this.jwtSecret,
        ADMIN_EMAIL: EMAIL,
        ADMIN_PASSWORD: this.password,
        EXECUTE_LIMIT_PER_MINUTE: '2000000000',
        BULK_LIMIT_PER_MINUTE: '2000000000',
        READ_LIMIT_PER_MINUTE: '0',
        SHUTDOWN_DELAY_MS: '0',
        WRITE_LIMIT_PER_MINUTE: '0',
        LOG_LEVEL: 'info',
        DEMO: 'false',
        ...env,
      },
    });
    const contestant = {
      name,
      url: server.url,
      routes,
      stop: () => server.stop(),
      cpuSeconds: () => cpuSecondsOf(server.child.pid),
    };
    this.running.push(contestant);
    return contestant;
  }
}

/** BENCH_PROFILE_DIR: a CPU profile of each server is written there when it ends. */
function profiling(name: string): string[] {
  const folder = process.env.BENCH_PROFILE_DIR;
  return folder === undefined
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`];
}

/** CPU time of a process so far, in s; undefined if the system does not report it. */
export function cpuSecondsOf(pid: number | undefined): number | undefined {
  return procStat(pid ?? 0)?.cpu;
}
