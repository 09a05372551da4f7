import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ServerProcess } from './server-process.js';

/** The first user of a measured server. */
export const OPERATOR = { email: 'operator@example.com', password: 'nearly-fifteen-horses-graze' };

/** Where a server runs. */
export interface Place {
  readonly folder: string;
  readonly databaseUrl: string;
}

/** Starts the built server, set as in production but for its limits, and without work of its own. */
export function startServer(
  { folder, databaseUrl }: Place,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  return ServerProcess.start({
    name: 'server',
    args: [resolve('dist/src/main.js')],
    folder,
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      DATA_DIR: folder,
      JWT_SECRET: randomBytes(32).toString('base64url'),
      ADMIN_EMAIL: OPERATOR.email,
      ADMIN_PASSWORD: OPERATOR.password,
      WRITE_LIMIT_PER_MINUTE: '0',
      SHUTDOWN_DELAY_MS: '0',
      LOG_LEVEL: 'warn',
      DEMO: 'false',
      // The refresh of the desk would run in the middle of a measurement.
      WORKER: 'false',
      ...env,
    },
  });
}

/** Memory of a server, in MB. Source: proc(5), status: VmHWM is the peak of VmRSS. */
export function memoryOf({ child }: ServerProcess, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}
