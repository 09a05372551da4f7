import { type Env } from './env.js';

/** What an address is used for: migrations and the like take the direct way, where there is one. */
export type DatabaseUse = 'requests' | 'migrations';

/** Where the address of the database comes from: what people change, for messages. */
export function databaseSetting(env: Env, use: DatabaseUse = 'requests'): string {
  if (use === 'migrations' && env.databaseDirectUrl !== undefined) return 'DATABASE_DIRECT_URL';
  return env.databaseUrl === undefined ? 'the embedded PostgreSQL' : 'DATABASE_URL';
}
