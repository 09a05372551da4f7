import { isIP } from 'node:net';
import { Cron } from 'croner';
import { databaseUrlProblem } from './database-url.js';
import { EMAIL_MAX, isEmailAddress } from './email-address.js';
import { ConfigError } from './start-error.js';

/** Raw settings by key. */
export type Source = Readonly<Record<string, string | undefined>>;

/**
 * The kind of process that reads settings: the server, a standalone worker, or a command such as `npm run
 * user`.
 */
export type EnvReaderRole = 'server' | 'worker' | 'command';

const SERVER: readonly EnvReaderRole[] = ['server'];
const SERVED: readonly EnvReaderRole[] = ['server', 'worker'];

/** Which kinds of process use a key; the others ignore it, so that a wrong value does not stop them. */
const READ_BY: Readonly<Record<string, readonly EnvReaderRole[]>> = {
  PORT: SERVER,
  HOST: SERVED,
  DEMO: SERVER,
  JWT_SECRET: SERVED,
  JWT_EXPIRES_IN: SERVER,
  ADMIN_EMAIL: SERVED,
  ADMIN_PASSWORD: SERVED,
  AUTH_CACHE_MS: SERVER,
  EXECUTE_LIMIT_PER_MINUTE: SERVER,
  BULK_LIMIT_PER_MINUTE: SERVER,
  RUN_LIMIT_PER_MINUTE: SERVER,
  LOGIN_LIMIT_PER_MINUTE: SERVER,
  READ_LIMIT_PER_MINUTE: SERVER,
  WRITE_LIMIT_PER_MINUTE: SERVER,
  LOGIN_DELAY_MAX_MS: SERVER,
  TRUST_PROXY: SERVER,
  KEEP_ALIVE_TIMEOUT_MS: SERVED,
  HEADERS_TIMEOUT_MS: SERVED,
  BODY_TIMEOUT_MS: SERVER,
  REQUEST_TIMEOUT_MS: SERVED,
  MAX_CONNECTIONS: SERVED,
  API_DOCS: SERVER,
  CORS_ORIGINS: SERVER,
  SHUTDOWN_DELAY_MS: SERVER,
  WORKER: SERVER,
  WORKER_PORT: ['worker'],
  METRICS_PORT: SERVED,
  REVISION: SERVED,
  JOB_CONCURRENCY: SERVED,
  JOB_POLL_MS: SERVED,
  JOB_BACKOFF_MS: SERVED,
  JOB_HEARTBEAT_MS: SERVED,
  JOB_STALE_MS: SERVED,
  JOB_DRAIN_MS: SERVED,
  WEBHOOK_CONCURRENCY: SERVED,
  WEBHOOK_POLL_MS: SERVED,
  WEBHOOK_RETRY_SCHEDULE: SERVED,
  SCHEDULE_SCORE_COMPUTE: SERVED,
  SCHEDULE_RISK_RUN_RULES: SERVED,
  SCHEDULE_NEXT_ACTIONS_RUN: SERVED,
  SCHEDULE_TIME_ZONE: SERVED,
  WEBHOOK_ENCRYPTION_KEY: SERVED,
  WEBHOOK_ALLOW_PRIVATE_ADDRESSES: SERVED,
  WEBHOOK_TIMEOUT_MS: SERVED,
  OTEL_EXPORTER_OTLP_ENDPOINT: SERVED,
};

/** Typed access to raw settings: an empty value counts as unset. */
export class EnvReader {
  constructor(
    private readonly source: Source,
    private readonly role: EnvReaderRole,
  ) {}

  /** The value, if this kind of process uses the key. */
  text(key: string): string | undefined {
    if (READ_BY[key]?.includes(this.role) === false) return undefined;
    const value = this.source[key]?.trim();
    return value === '' ? undefined : value;
  }

  matching(key: string, pattern: RegExp, meaning: string): string | undefined {
    const value = this.text(key);
    if (value !== undefined && !pattern.test(value))
      throw new ConfigError(`${key} must be ${meaning}.`);
    return value;
  }

  databaseUrl(key: string): string | undefined {
    const value = this.text(key);
    const problem = value === undefined ? undefined : databaseUrlProblem(value);
    if (problem !== undefined) throw new ConfigError(`${key} ${problem}.`);
    return value;
  }

  nodeEnv(key: string): 'production' | 'development' | 'test' {
    const value = this.text(key) ?? 'development';
    if (value === 'production' || value === 'development' || value === 'test') return value;
    throw new ConfigError(
      `${key} must be production, development or test; unset, it is development.`,
    );
  }

  /** A port to listen on; 0: any free one. */
  port(key: string, fallback: number): number {
    // Kubernetes sets <NAME>_PORT=tcp://… for each service of the namespace.
    if (this.text(key)?.startsWith('tcp://') === true) {
      throw new ConfigError(
        `${key} must be a whole number from 0 to 65535; it looks like what Kubernetes sets for a service of that name: set the key in the container's env, or enableServiceLinks to false.`,
      );
    }
    return this.integer(key, fallback, 0, 65_535);
  }

  /** The same for what is only served where its port is set. */
  portIfSet(key: string): number | undefined {
    return this.text(key) === undefined ? undefined : this.port(key, 0);
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

  /** 0, which is also the default, or a whole number from `min` to `max`. */
  zeroOr(key: string, min: number, max: number): number {
    const value = this.text(key) ?? '0';
    const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
    if (number === 0 || (number >= min && number <= max)) return number;
    throw new ConfigError(`${key} must be 0 (for ever) or a whole number from ${min} to ${max}.`);
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

  /** Durations in ms, from a list such as `5s,5m,2h`: 1 to 20 of them, each up to 7 days. */
  durations(key: string, fallback: readonly number[]): readonly number[] {
    const value = this.text(key);
    if (value === undefined) return fallback;
    const durations = value.split(',').map((item) => durationMs(item.trim()));
    if (durations.length > 20 || !durations.every((ms) => ms <= 7 * 86_400_000)) {
      throw new ConfigError(
        `${key} must be 1 to 20 durations such as 500ms, 5s, 30m or 2h, separated by commas, each up to 7d.`,
      );
    }
    return durations;
  }

  /** Five fields, minute to day of week, that are met at some time. */
  cron(key: string): string | undefined {
    const value = this.text(key);
    if (value === undefined || isCron(value)) return value;
    throw new ConfigError(
      `${key} must be a cron expression of five fields, such as */15 * * * *, with a next time.`,
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

  /** Origins such as `https://desk.example.com`, separated by commas; a path is none. */
  origins(key: string): readonly string[] {
    const origins = this.text(key)?.split(',') ?? [];
    return origins.map((item) => {
      const origin = item.trim().replace(/\/$/, '');
      if (isOrigin(origin)) return new URL(origin).origin;
      throw new ConfigError(
        `${key} must be a list of origins such as https://desk.example.com, separated by commas: scheme, host and, if it is not the usual one, the port.`,
      );
    });
  }

  /** One origin. */
  origin(key: string): string | undefined {
    const [origin, ...others] = this.origins(key);
    if (others.length > 0) throw new ConfigError(`${key} must be one origin, not several.`);
    return origin;
  }

  /** Keys of at least 32 characters, separated by commas. */
  keys(key: string): readonly string[] {
    const keys =
      this.text(key)
        ?.split(',')
        .map((item) => item.trim()) ?? [];
    if (keys.every((item) => item.length >= 32)) return keys;
    throw new ConfigError(
      `${key} must be one key of at least 32 characters, or several separated by commas: the first encrypts, all decrypt.`,
    );
  }

  /** Subnets such as `10.0.0.0/8`, separated by commas; an address alone is a subnet of one. */
  subnets(key: string): readonly string[] {
    const items = this.text(key)?.split(',') ?? [];
    return items.map((item) => {
      const [address = '', prefix, ...more] = item.trim().split('/');
      const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
      const length = prefix ?? String(bits);
      const isSubnet = /^\d{1,3}$/.test(length) && Number(length) <= bits && more.length === 0;
      if (isSubnet && !address.includes('%')) return `${address}/${length}`;
      throw new ConfigError(
        `${key} must be a list of subnets such as 10.0.0.0/8 or fd00::/8, separated by commas.`,
      );
    });
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

function isOrigin(value: string): boolean {
  return /^https?:\/\/[^/?#@\s]+$/i.test(value) && URL.canParse(value);
}

/** A number with its unit, in ms; NaN for another text. */
function durationMs(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] as 'ms'];
  return match ? Number(match[1]) * unit : NaN;
}

function isCron(value: string): boolean {
  try {
    // The library also takes nicknames such as @daily.
    if (!/^[\w*/,?#-]+( +[\w*/,?#-]+){4}$/.test(value)) return false;
    return new Cron(value, { mode: '5-part', paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}

/**
 * Whether Express accepts it as a proxy. Otherwise Express would throw later, with the value in its
 * message.
 */
function isProxy(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true;
  const match = /^([\d.]+|[\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(item);
  const family = isIP(match?.[1] ?? '');
  const prefix = match?.[2] === undefined ? 1 : Number(match[2]);
  return family !== 0 && prefix >= 1 && prefix <= (family === 4 ? 32 : 128);
}
