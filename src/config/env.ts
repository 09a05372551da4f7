import { readEnvFile } from './env-file.js';
import { EnvReader, type EnvReaderRole, type Source } from './env-reader.js';
import { ConfigError } from './start-error.js';
import { tracingSettings, type TracingSettings } from './tracing-settings.js';

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
  /** Lifetime of a token, in seconds. */
  readonly jwtExpiresIn: number;
  readonly adminEmail: string | undefined;
  readonly adminPassword: string | undefined;
  /**
   * How long a process caches a verified token, in ms: a disabled user is refused after this time at the
   * latest.
   */
  readonly authCacheMs: number;
  /** Requests a minute: executions, rule runs and logins, per client. */
  readonly executeLimitPerMinute: number;
  /** Rows of bulk requests a minute, per client. */
  readonly bulkLimitPerMinute: number;
  readonly runLimitPerMinute: number;
  readonly loginLimitPerMinute: number;
  /** Requests a minute and client to the routes without a limit of their own; 0: no limit. */
  readonly readLimitPerMinute: number;
  readonly writeLimitPerMinute: number;
  /** Longest pause before a login whose e-mail had many wrong passwords, in ms; 0: none. */
  readonly loginDelayMaxMs: number;
  /** Where browsers reach this server, such as `https://desk.example.com`; unset: as the request says. */
  readonly publicUrl: string | undefined;
  /** Path under which a proxy serves this server, such as `/desk`; empty: the root. */
  readonly basePath: string;
  /** Value of Express's `trust proxy`. */
  readonly trustProxy: boolean | number | string;
  /** URL for migrations, past a pooler; unset: `databaseUrl`. Refused without `databaseUrl`. */
  readonly databaseDirectUrl: string | undefined;
  /** URL of a streaming replica for lists, the feed and exports; unset: these read the primary. */
  readonly databaseReplicaUrl: string | undefined;
  /** Whether to use named prepared statements: PgBouncer before 1.21 loses them in transaction mode. */
  readonly databasePreparedStatements: boolean;
  /** How long a start waits for a server that is starting, in ms. */
  readonly databaseWaitMs: number;
  readonly http: HttpSettings;
  /** Whether the API page is served at `/api/docs`. */
  readonly apiDocs: boolean;
  /** Whether the console is served at `/`. */
  readonly console: boolean;
  /** Origins of the pages whose scripts may read answers (CORS); none: no other than the server's own. */
  readonly corsOrigins: readonly string[];
  readonly databasePoolSize: number;
  /** Longest statement outside an action, and longest wait for a lock, in ms. */
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** How long a stopping server still accepts new connections, in ms. */
  readonly shutdownDelayMs: number;
  /** Whether this process also runs jobs. */
  /** Whether pushes and presses ask for a new run of the rules in their scope. */
  readonly autoRun: boolean;
  readonly worker: boolean;
  /** Whether the outcomes of what a rule suggested move its rank (track record). */
  readonly rankByOutcome: boolean;
  /** Port of the health probes of a standalone worker. */
  readonly workerPort: number;
  readonly jobs: JobSettings;
  readonly retention: RetentionSettings;
  readonly webhooks: WebhookSettings;
  /** How often a process reads the event feed while somebody in it waits for events, in ms. */
  readonly feedPollMs: number;
  readonly streams: StreamSettings;
  /** Port of the metrics; unset: none are kept or served. */
  readonly metricsPort: number | undefined;
  /** What this build was made of, such as a commit: only shown. */
  readonly revision: string | undefined;
  /** Where traces are sent; undefined: there are none. */
  readonly tracing: TracingSettings | undefined;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

/** How webhooks are sent. Times in ms. */
export interface WebhookSettings {
  /** Encrypt the secrets of endpoints: the first encrypts, all decrypt. */
  readonly encryptionKeys: readonly string[];
  /** Subnets that are no public addresses and that webhooks may go to. */
  readonly allowPrivateAddresses: readonly string[];
  /** Longest time for one try, from the connection to the end of the answer. */
  readonly timeoutMs: number;
  /** Tries that one process has under way at once. */
  readonly concurrency: number;
  /** How often a dispatcher with nothing to do asks for what is due. */
  readonly pollMs: number;
  /** Pause before each further try; their number is the number of further tries. */
  readonly retryScheduleMs: readonly number[];
}

/** How many days history is kept. */
export interface RetentionSettings {
  readonly events: number;
  /** 0: for ever. */
  readonly executions: number;
  readonly scores: number;
  /** Webhook deliveries that ended. */
  readonly deliveries: number;
}

/** Limits of a connection and a request. Times in ms. */
export interface HttpSettings {
  /** How long an idle connection stays open for the next request. */
  readonly keepAliveTimeoutMs: number;
  /** Longest time for the headers of a request. */
  readonly headersTimeoutMs: number;
  /** Longest wait for the next byte of a body. */
  readonly bodyTimeoutMs: number;
  /** Longest time for a whole request, headers and body. */
  readonly requestTimeoutMs: number;
  /** Open connections; a further one is closed at once. */
  readonly maxConnections: number;
}

/** The live feed of events. Times in ms. */
export interface StreamSettings {
  /** How often a quiet stream shows that it is alive. */
  readonly heartbeatMs: number;
  /** Streams that one caller may have open on one server. */
  readonly perCaller: number;
}

/** How jobs are run. Times in ms. */
export interface JobSettings {
  /** Jobs that one process runs at once. */
  readonly concurrency: number;
  /** How often a worker with nothing to do asks for work. */
  readonly pollMs: number;
  /** Pause before each further attempt; their number is the number of further attempts. */
  readonly backoffMs: readonly number[];
  /** Interval of a worker's heartbeats. */
  readonly heartbeatMs: number;
  /** A running job without a heartbeat for longer than this is lost, and another worker takes it over. */
  readonly staleMs: number;
  /** How long a stop waits for running jobs before it puts them back into the queue. */
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

/** The keys that only the e2e suites read; listed in `.env.example` with the rest. */
export const E2E_KEYS = [
  'PLAYWRIGHT_BASE_URL',
  'E2E_EMAIL',
  'E2E_PASSWORD',
  'E2E_ALLOW_PROD_SCORE',
] as const;

/** The environment of this process, with the keys of a `.env` file where it does not set them. */
export function processEnv(): Source {
  for (const [key, value] of Object.entries(readEnvFile('.env'))) process.env[key] ??= value;
  return process.env;
}

/** Whether npm runs this process for one of its scripts. */
export function startedByNpm(source: Source = process.env): boolean {
  return source.npm_lifecycle_event !== undefined;
}

/** Longest delay before the listener closes in a stop, in ms: requests still have 5 s after it. */
const MAX_SHUTDOWN_DELAY_MS = 15_000;
/** Longest drain of jobs in a stop, in ms: the whole stop takes at most 25 s. */
const MAX_JOB_DRAIN_MS = 20_000;

/** Idempotency keys live 30 days, and the execution that answers one must outlive it. */
const MIN_EXECUTIONS_DAYS = 31;
/** 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h: a receiver that is down for a day gets everything. */
const RETRY_SCHEDULE_MS = [5, 300, 1800, 7200, 18_000, 36_000, 36_000].map((s) => s * 1000);

/** A hundred years. */
const MAX_RETENTION_DAYS = 36_500;

/**
 * Reads and checks the settings that this kind of process uses; throws ConfigError for the first that is
 * wrong. A setting that the process does not use has its default.
 */
export function readEnv(source: Source, role: EnvReaderRole = 'server'): Env {
  const read = new EnvReader(source, role);
  const production = read.nodeEnv('NODE_ENV') === 'production';
  const env: Env = {
    production,
    port: read.port('PORT', 3000),
    host: read.text('HOST') ?? (production ? '0.0.0.0' : '127.0.0.1'),
    databaseUrl: read.databaseUrl('DATABASE_URL'),
    dataDir: read.text('DATA_DIR') ?? '.data',
    demo: read.boolean('DEMO'),
    jwtSecret: read.matching('JWT_SECRET', /^.{32,}$/s, 'at least 32 characters long'),
    jwtExpiresIn: read.duration('JWT_EXPIRES_IN', 8 * 3600),
    adminEmail: read.email('ADMIN_EMAIL'),
    adminPassword: read.matching('ADMIN_PASSWORD', /^.{8,1024}$/s, '8 to 1024 characters long'),
    authCacheMs: read.integer('AUTH_CACHE_MS', 1000, 0, 60_000),
    executeLimitPerMinute: read.integer('EXECUTE_LIMIT_PER_MINUTE', 20, 1),
    bulkLimitPerMinute: read.integer('BULK_LIMIT_PER_MINUTE', 200, 1),
    runLimitPerMinute: read.integer('RUN_LIMIT_PER_MINUTE', 10, 1),
    loginLimitPerMinute: read.integer('LOGIN_LIMIT_PER_MINUTE', 5, 1),
    readLimitPerMinute: read.integer('READ_LIMIT_PER_MINUTE', 1200, 0),
    writeLimitPerMinute: read.integer('WRITE_LIMIT_PER_MINUTE', 1200, 0),
    loginDelayMaxMs: read.integer('LOGIN_DELAY_MAX_MS', 2000, 0, 10_000),
    publicUrl: read.origin('PUBLIC_URL'),
    basePath:
      read.matching(
        'BASE_PATH',
        /^(?:\/[A-Za-z0-9._~-]*[A-Za-z0-9_~-])+$/,
        'a path such as /desk, without a slash at its end',
      ) ?? '',
    trustProxy: read.trustProxy('TRUST_PROXY'),
    databaseDirectUrl: read.databaseUrl('DATABASE_DIRECT_URL'),
    databaseReplicaUrl: read.databaseUrl('DATABASE_REPLICA_URL'),
    databasePreparedStatements: read.boolean('DATABASE_PREPARED_STATEMENTS') ?? true,
    // A command does not wait: its user sees at once that the database is not available.
    databaseWaitMs: read.integer('DATABASE_WAIT_MS', role === 'command' ? 0 : 60_000, 0, 3_600_000),
    http: {
      keepAliveTimeoutMs: read.integer('KEEP_ALIVE_TIMEOUT_MS', 65_000, 0, 3_600_000),
      headersTimeoutMs: read.integer('HEADERS_TIMEOUT_MS', 15_000, 10, 600_000),
      bodyTimeoutMs: read.integer('BODY_TIMEOUT_MS', 30_000, 10, 600_000),
      requestTimeoutMs: read.integer('REQUEST_TIMEOUT_MS', 120_000, 10, 3_600_000),
      maxConnections: read.integer('MAX_CONNECTIONS', 10_000, 1),
    },
    apiDocs: read.boolean('API_DOCS') ?? true,
    console: read.boolean('CONSOLE') ?? true,
    corsOrigins: read.origins('CORS_ORIGINS'),
    databasePoolSize: read.integer('DATABASE_POOL_SIZE', 10, 2, 1000),
    statementTimeoutMs: read.integer('STATEMENT_TIMEOUT_MS', 15_000, 100),
    lockTimeoutMs: read.integer('LOCK_TIMEOUT_MS', 5000, 50),
    shutdownDelayMs: read.integer(
      'SHUTDOWN_DELAY_MS',
      production ? 5000 : 0,
      0,
      MAX_SHUTDOWN_DELAY_MS,
    ),
    autoRun: read.boolean('AUTO_RUN') ?? true,
    rankByOutcome: read.boolean('RANK_BY_OUTCOME') ?? true,
    worker: role === 'worker' || (read.boolean('WORKER') ?? true),
    workerPort: read.port('WORKER_PORT', 3001),
    jobs: {
      concurrency: read.integer('JOB_CONCURRENCY', 4, 1, 100),
      pollMs: read.integer('JOB_POLL_MS', 500, 10, 60_000),
      backoffMs: read.integers('JOB_BACKOFF_MS', [30_000, 120_000, 600_000]),
      heartbeatMs: read.integer('JOB_HEARTBEAT_MS', 10_000, 20, 300_000),
      staleMs: read.integer('JOB_STALE_MS', 60_000, 100, 600_000),
      drainMs: read.integer('JOB_DRAIN_MS', 20_000, 0, MAX_JOB_DRAIN_MS),
      schedules: {
        scoreCompute: read.cron('SCHEDULE_SCORE_COMPUTE'),
        riskRunRules: read.cron('SCHEDULE_RISK_RUN_RULES'),
        nextActionsRun: read.cron('SCHEDULE_NEXT_ACTIONS_RUN'),
      },
      timeZone: read.timeZone('SCHEDULE_TIME_ZONE', 'UTC'),
    },
    retention: {
      events: read.integer('RETAIN_EVENTS_DAYS', 90, 1, MAX_RETENTION_DAYS),
      executions: read.zeroOr('RETAIN_EXECUTIONS_DAYS', MIN_EXECUTIONS_DAYS, MAX_RETENTION_DAYS),
      scores: read.integer('RETAIN_SCORES_DAYS', 400, 1, MAX_RETENTION_DAYS),
      deliveries: read.integer('RETAIN_DELIVERIES_DAYS', 30, 1, MAX_RETENTION_DAYS),
    },
    webhooks: {
      encryptionKeys: read.keys('WEBHOOK_ENCRYPTION_KEY'),
      allowPrivateAddresses: read.subnets('WEBHOOK_ALLOW_PRIVATE_ADDRESSES'),
      timeoutMs: read.integer('WEBHOOK_TIMEOUT_MS', 15_000, 50, 15_000),
      concurrency: read.integer('WEBHOOK_CONCURRENCY', 32, 1, 256),
      pollMs: read.integer('WEBHOOK_POLL_MS', 1000, 10, 60_000),
      retryScheduleMs: read.durations('WEBHOOK_RETRY_SCHEDULE', RETRY_SCHEDULE_MS),
    },
    feedPollMs: read.integer('FEED_POLL_MS', 1000, 50, 60_000),
    streams: {
      heartbeatMs: read.integer('STREAM_HEARTBEAT_MS', 15_000, 20, 300_000),
      perCaller: read.integer('STREAMS_PER_CALLER', 20, 1),
    },
    metricsPort: read.portIfSet('METRICS_PORT'),
    revision: read.matching(
      'REVISION',
      /^[\w.+/-]{1,100}$/,
      'a commit or a version: up to 100 letters, digits and . _ + / -',
    ),
    tracing: tracingSettings({
      endpoint: read.text('OTEL_EXPORTER_OTLP_ENDPOINT'),
      headers: read.text('OTEL_EXPORTER_OTLP_HEADERS'),
      protocol: read.text('OTEL_EXPORTER_OTLP_PROTOCOL'),
      serviceName: read.text('OTEL_SERVICE_NAME'),
      sampler: read.text('OTEL_TRACES_SAMPLER'),
      samplerArg: read.text('OTEL_TRACES_SAMPLER_ARG'),
    }),
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
  if (env.databaseDirectUrl !== undefined && env.databaseUrl === undefined) {
    throw new ConfigError(
      'DATABASE_DIRECT_URL needs DATABASE_URL, or one database would be migrated and another used: set both, or neither.',
    );
  }
  if (env.databaseReplicaUrl !== undefined && env.databaseUrl === undefined) {
    throw new ConfigError(
      'DATABASE_REPLICA_URL needs DATABASE_URL, the primary that it follows: set both, or neither.',
    );
  }
  if (production && role !== 'command' && env.jwtSecret === undefined) {
    throw new ConfigError(
      'JWT_SECRET must be set in production, to at least 32 random characters.',
    );
  }
  if (production && (env.adminEmail === undefined) !== (env.adminPassword === undefined)) {
    throw new ConfigError('ADMIN_EMAIL and ADMIN_PASSWORD must be set together.');
  }
  const ownPort = role === 'worker' ? 'WORKER_PORT' : 'PORT';
  const own = role === 'worker' ? env.workerPort : env.port;
  if (env.metricsPort === own && own !== 0) {
    throw new ConfigError(
      `METRICS_PORT must not be ${ownPort}: whoever reaches that one must not see the metrics.`,
    );
  }
  if (env.http.requestTimeoutMs < env.http.headersTimeoutMs) {
    throw new ConfigError(
      'REQUEST_TIMEOUT_MS must be at least HEADERS_TIMEOUT_MS: the headers are a part of the request.',
    );
  }
  if (env.jobs.staleMs < 2 * env.jobs.heartbeatMs) {
    throw new ConfigError(
      'JOB_STALE_MS must be at least twice JOB_HEARTBEAT_MS, or running jobs would be considered lost.',
    );
  }
  return env;
}
