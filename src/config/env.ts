import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { EMAIL_MAX, isEmailAddress } from './email-address.js';
import { StartError } from './start-error.js';

/** Settings of a process, read once at its start. Defaults and meaning: `.env.example`. */
export interface Env {
  /** True under NODE_ENV=production. */
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** Unset: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Load the demo desk; unset: when the embedded database is empty. */
  readonly demo: boolean | undefined;
  readonly jwtSecret: string | undefined;
  /** Life of a token, in seconds. */
  readonly jwtExpiresIn: number;
  readonly adminEmail: string | undefined;
  readonly adminPassword: string | undefined;
  /** How long a process trusts what it knows of a user, in ms: a disabled user is out after it. */
  readonly authCacheMs: number;
  /** Requests a minute: executions, rule runs and logins, per client. */
  readonly executeLimitPerMinute: number;
  readonly runLimitPerMinute: number;
  readonly loginLimitPerMinute: number;
  /** Requests a minute and client to the routes without a limit of their own; 0: no limit. */
  readonly readLimitPerMinute: number;
  readonly writeLimitPerMinute: number;
  /** Longest pause before a login whose e-mail had many wrong passwords, in ms; 0: none. */
  readonly loginDelayMaxMs: number;
  /** Value of Express's `trust proxy`. */
  readonly trustProxy: boolean | number | string;
  /** Where migrations run; unset: over `databaseUrl`. For a pooler in front of the server. */
  readonly databaseDirectUrl: string | undefined;
  /** Whether statements are prepared by name: PgBouncer before 1.21 loses them in transaction mode. */
  readonly databasePreparedStatements: boolean;
  /** How long a start waits for a server that is starting, in ms. */
  readonly databaseWaitMs: number;
  readonly http: HttpSettings;
  readonly databasePoolSize: number;
  /** Longest statement outside an action, and longest wait for a lock, in ms. */
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** Whether this process also works jobs. */
  readonly worker: boolean;
  /** Port of the health probes of a worker that runs alone. */
  readonly workerPort: number;
  readonly jobs: JobSettings;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

/** What a connection and a request may take. Times in ms. */
export interface HttpSettings {
  /** How long an idle connection stays open for the next request. */
  readonly keepAliveTimeoutMs: number;
  /** Longest time for the headers of a request. */
  readonly headersTimeoutMs: number;
  /** Longest wait for the next byte of a body. */
  readonly bodyTimeoutMs: number;
  /** Longest time for a whole request, headers and body, however steadily it comes. */
  readonly requestTimeoutMs: number;
  /** Open connections; a further one is closed at once. */
  readonly maxConnections: number;
}

/** How jobs are worked. Times in ms. */
export interface JobSettings {
  /** Jobs that one process runs at once. */
  readonly concurrency: number;
  /** How often a worker with nothing to do asks for work. */
  readonly pollMs: number;
  /** Pause before each further try: as many tries follow the first as there are pauses. */
  readonly backoffMs: readonly number[];
  /** How often a worker says that its jobs still run. */
  readonly heartbeatMs: number;
  /** A running job that was silent for longer was lost with its worker, and another takes it. */
  readonly staleMs: number;
  /** How long a stop waits for running jobs before it puts them back. */
  readonly drainMs: number;
  /** Cron expressions by what they enqueue for every scope; unset: off. */
  readonly schedules: {
    readonly scoreCompute: string | undefined;
    readonly riskRunRules: string | undefined;
    readonly nextActionsRun: string | undefined;
  };
  /** IANA time zone of the schedules. */
  readonly timeZone: string;
}

/** Injection token of the Env. */
export const ENV = Symbol('ENV');

/** A setting that cannot be used; the message names the key and never the value. */
export class ConfigError extends StartError {}

type Source = Readonly<Record<string, string | undefined>>;

/** The keys that only the e2e suites read; listed in `.env.example` with the rest. */
export const E2E_KEYS = [
  'PLAYWRIGHT_BASE_URL',
  'E2E_EMAIL',
  'E2E_PASSWORD',
  'E2E_ALLOW_PROD_SCORE',
] as const;

/** The environment of this process, with the keys of a `.env` file where it does not set them. */
export function processEnv(): Source {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/** Reads and checks every setting; throws ConfigError for the first that is wrong. */
export function readEnv(source: Source): Env {
  const read = new EnvReader(source);
  const production = read.text('NODE_ENV') === 'production';
  const env: Env = {
    production,
    port: read.integer('PORT', 3000, 0, 65_535),
    host: read.text('HOST') ?? (production ? '0.0.0.0' : '127.0.0.1'),
    databaseUrl: read.matching('DATABASE_URL', /^postgres(ql)?:\/\/\S+$/, 'a postgres:// URL'),
    dataDir: read.text('DATA_DIR') ?? '.data',
    demo: read.boolean('DEMO'),
    jwtSecret: read.matching('JWT_SECRET', /^.{32,}$/s, 'at least 32 characters long'),
    jwtExpiresIn: read.duration('JWT_EXPIRES_IN', 8 * 3600),
    adminEmail: read.email('ADMIN_EMAIL'),
    adminPassword: read.matching('ADMIN_PASSWORD', /^.{8,1024}$/s, '8 to 1024 characters long'),
    authCacheMs: read.integer('AUTH_CACHE_MS', 1000, 0, 60_000),
    executeLimitPerMinute: read.integer('EXECUTE_LIMIT_PER_MINUTE', 20, 1),
    runLimitPerMinute: read.integer('RUN_LIMIT_PER_MINUTE', 10, 1),
    loginLimitPerMinute: read.integer('LOGIN_LIMIT_PER_MINUTE', 5, 1),
    readLimitPerMinute: read.integer('READ_LIMIT_PER_MINUTE', 1200, 0),
    writeLimitPerMinute: read.integer('WRITE_LIMIT_PER_MINUTE', 1200, 0),
    loginDelayMaxMs: read.integer('LOGIN_DELAY_MAX_MS', 2000, 0, 10_000),
    trustProxy: read.trustProxy('TRUST_PROXY'),
    databaseDirectUrl: read.matching(
      'DATABASE_DIRECT_URL',
      /^postgres(ql)?:\/\/\S+$/,
      'a postgres:// URL',
    ),
    databasePreparedStatements: read.boolean('DATABASE_PREPARED_STATEMENTS') ?? true,
    databaseWaitMs: read.integer('DATABASE_WAIT_MS', 60_000, 0, 3_600_000),
    http: {
      keepAliveTimeoutMs: read.integer('KEEP_ALIVE_TIMEOUT_MS', 65_000, 0, 3_600_000),
      headersTimeoutMs: read.integer('HEADERS_TIMEOUT_MS', 15_000, 10, 600_000),
      bodyTimeoutMs: read.integer('BODY_TIMEOUT_MS', 30_000, 10, 600_000),
      requestTimeoutMs: read.integer('REQUEST_TIMEOUT_MS', 120_000, 10, 3_600_000),
      maxConnections: read.integer('MAX_CONNECTIONS', 10_000, 1),
    },
    databasePoolSize: read.integer('DATABASE_POOL_SIZE', 10, 2, 1000),
    statementTimeoutMs: read.integer('STATEMENT_TIMEOUT_MS', 15_000, 100),
    lockTimeoutMs: read.integer('LOCK_TIMEOUT_MS', 5000, 50),
    worker: read.boolean('WORKER') ?? true,
    workerPort: read.integer('WORKER_PORT', 3001, 0, 65_535),
    jobs: {
      concurrency: read.integer('JOB_CONCURRENCY', 4, 1, 100),
      pollMs: read.integer('JOB_POLL_MS', 500, 10, 60_000),
      backoffMs: read.integers('JOB_BACKOFF_MS', [30_000, 120_000, 600_000]),
      heartbeatMs: read.integer('JOB_HEARTBEAT_MS', 10_000, 20, 300_000),
      staleMs: read.integer('JOB_STALE_MS', 60_000, 100, 600_000),
      drainMs: read.integer('JOB_DRAIN_MS', 20_000, 0, 600_000),
      schedules: {
        scoreCompute: read.cron('SCHEDULE_SCORE_COMPUTE'),
        riskRunRules: read.cron('SCHEDULE_RISK_RUN_RULES'),
        nextActionsRun: read.cron('SCHEDULE_NEXT_ACTIONS_RUN'),
      },
      timeZone: read.timeZone('SCHEDULE_TIME_ZONE', 'UTC'),
    },
    logLevel:
      read.oneOf('LOG_LEVEL', [
        'trace',
        'debug',
        'info',
        'warn',
        'error',
        'fatal',
        'silent',
      ] as const) ?? 'info',
  };
  if (production && env.jwtSecret === undefined) {
    throw new ConfigError(
      'JWT_SECRET must be set in production, to at least 32 random characters.',
    );
  }
  if (production && (env.adminEmail === undefined) !== (env.adminPassword === undefined)) {
    throw new ConfigError('ADMIN_EMAIL and ADMIN_PASSWORD must be set together.');
  }
  if (env.http.requestTimeoutMs < env.http.headersTimeoutMs) {
    throw new ConfigError(
      'REQUEST_TIMEOUT_MS must be at least HEADERS_TIMEOUT_MS: the headers are a part of the request.',
    );
  }
  if (env.jobs.staleMs < 2 * env.jobs.heartbeatMs) {
    throw new ConfigError(
      'JOB_STALE_MS must be at least twice JOB_HEARTBEAT_MS, or jobs that run would be taken for lost.',
    );
  }
  return env;
}

/** Typed access to raw settings: an empty value counts as unset. */
class EnvReader {
  constructor(private readonly source: Source) {}

  text(key: string): string | undefined {
    const value = this.source[key]?.trim();
    return value === '' ? undefined : value;
  }

  matching(key: string, pattern: RegExp, meaning: string): string | undefined {
    const value = this.text(key);
    if (value !== undefined && !pattern.test(value))
      throw new ConfigError(`${key} must be ${meaning}.`);
    return value;
  }

  email(key: string): string | undefined {
    const value = this.text(key);
    if (value === undefined || isEmailAddress(value)) return value;
    throw new ConfigError(
      `${key} must be an e-mail address of at most ${EMAIL_MAX} characters, with a domain that has a dot.`,
    );
  }

  integer(key: string, fallback: number, min: number, max = 2_000_000_000): number {
    const value = this.text(key);
    if (value === undefined) return fallback;
    const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
    if (!(number >= min && number <= max)) {
      throw new ConfigError(`${key} must be a whole number from ${min} to ${max}.`);
    }
    return number;
  }

  /** Whole numbers in a list such as `30000,120000`, 1 to 10 of them. */
  integers(key: string, fallback: readonly number[]): readonly number[] {
    const value = this.text(key);
    if (value === undefined) return fallback;
    if (!/^\d{1,9}( *, *\d{1,9}){0,9}$/.test(value)) {
      throw new ConfigError(`${key} must be 1 to 10 whole numbers, separated by commas.`);
    }
    return value.split(',').map(Number);
  }

  /** Five fields, minute to day of week; whether they make sense is checked where they are used. */
  cron(key: string): string | undefined {
    return this.matching(
      key,
      /^[\w*/,?#-]+( +[\w*/,?#-]+){4}$/,
      'a cron expression of five fields, such as */15 * * * *',
    );
  }

  timeZone(key: string, fallback: string): string {
    const value = this.text(key) ?? fallback;
    try {
      new Intl.DateTimeFormat('en', { timeZone: value });
      return value;
    } catch {
      throw new ConfigError(`${key} must be an IANA time zone such as UTC or Europe/Berlin.`);
    }
  }

  boolean(key: string): boolean | undefined {
    const value = this.oneOf(key, ['true', 'false', '1', '0'] as const);
    return value === undefined ? undefined : value === 'true' || value === '1';
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const known = values.find((candidate) => candidate === value);
    if (known === undefined) throw new ConfigError(`${key} must be one of ${values.join(', ')}.`);
    return known;
  }

  /** Seconds, from `90`, `90s`, `15m`, `8h` or `7d`. */
  duration(key: string, fallback: number): number {
    const value = this.text(key);
    if (value === undefined) return fallback;
    const match = /^(\d{1,8})([smhd]?)$/.exec(value);
    const seconds = match
      ? Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86_400, '': 1 }[match[2] as '']
      : 0;
    if (seconds < 1)
      throw new ConfigError(`${key} must be a duration such as 900s, 15m, 8h or 7d.`);
    return seconds;
  }

  /** `false`, `true`, a number of hops, or addresses and subnets as Express takes them. */
  trustProxy(key: string): boolean | number | string {
    const value = this.text(key);
    if (value === undefined || value === 'off' || value === 'false') return false;
    if (value === 'true') return true;
    if (/^\d{1,2}$/.test(value)) return Number(value);
    if (!value.split(',').every((item) => isProxy(item.trim()))) {
      throw new ConfigError(
        `${key} must be off, true, a number of hops, or a list of addresses, subnets such as 10.0.0.0/8, loopback, linklocal and uniquelocal.`,
      );
    }
    return value;
  }
}

/** What Express takes as a proxy. It would refuse another later, with the value in its message. */
function isProxy(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true;
  const match = /^([\d.]+|[\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(item);
  const family = isIP(match?.[1] ?? '');
  const prefix = match?.[2] === undefined ? 1 : Number(match[2]);
  return family !== 0 && prefix >= 1 && prefix <= (family === 4 ? 32 : 128);
}
