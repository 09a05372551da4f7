import { type Env } from './env.js';

/** What a database URL is used for: migrations use the direct URL (DATABASE_DIRECT_URL) if it is set. */
export type DatabaseUse = 'requests' | 'migrations';

/** The setting that holds the database URL, for messages. */
export function databaseSetting(env: Env, use: DatabaseUse = 'requests'): string {
  if (use === 'migrations' && env.databaseDirectUrl !== undefined) return 'DATABASE_DIRECT_URL';
  return env.databaseUrl === undefined ? 'the embedded PostgreSQL' : 'DATABASE_URL';
}
