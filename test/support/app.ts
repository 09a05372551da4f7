import { type Provider, type Type } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { Writable } from 'node:stream';
import { Pool, type QueryResultRow } from 'pg';
import { AppModule, type AppOptions } from '../../src/app.module.js';
import { ExpressHttpAdapter } from '../../src/http/express.adapter.js';
import { setUpApp } from '../../src/app.setup.js';
import { CredentialsService } from '../../src/users/model/credentials.service.js';
import { createLogger, PinoLoggerService } from '../../src/logging/logger.js';
import { wiringErrorOf } from '../../src/process/wiring-error.js';
import { readEnv } from '../../src/config/env.js';
import { type Secrets } from '../../src/config/secrets.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { ApiClient } from './requests.js';

/** How long the connections of clients may stay open when an application is closed, in ms. */
const CLOSED_WITHIN_MS = 5000;

/** The operator who exists in every test database, as the documentation's examples know them. */
export const OPERATOR = { email: 'operator@example.com', password: 'correct horse battery staple' };

/** Signs the tokens of the tests; the same for every replica of a test. */
export const JWT_SECRET = 'tests:Qm7vX2-kd9Zt_4LsWn8-bRf3Yc6H';

/** Encrypts the secrets of webhooks in the tests. */
export const WEBHOOK_ENCRYPTION_KEY = 'tests:vN4pLq8-xYc2Rd_7JmTe1-wGh5Bs9K';

export interface TestAppOptions {
  /** Further providers, for example delivery actions of the test. */
  readonly providers?: Provider[];
  /** Further routes, under the prefix. */
  readonly controllers?: Type[];
  /** Settings over the defaults; limits are out of the way unless a test sets them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where a console is built; without it, there is none. */
  readonly consoleFolder?: string;
  /** Secrets over the defaults. */
  readonly secrets?: Partial<Secrets>;
  /** A second replica on the same database. */
  readonly database?: TestDatabase;
  /** Where it listens; without it, on a free port. */
  readonly port?: number;
}

/** The application on a database of its own, listening on a free port. */
export class TestApp {
  constructor(
    readonly nest: NestExpressApplication,
    readonly database: TestDatabase,
    readonly url: string,
    /** Requests as the operator. */
    readonly api: ApiClient,
    /** Requests without a token. */
    readonly anonymous: ApiClient,
    private readonly pool: Pool,
    private readonly logged: string[],
    private readonly ownsDatabase: boolean,
  ) {}

  get<T>(type: Type<T>): T {
    return this.nest.get(type, { strict: false });
  }

  /** Rows straight from the tables. */
  async rows<Row extends QueryResultRow = Record<string, never>>(
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  /** Runs `work` while another transaction holds what `sql` locks; what it changed is rolled back. */
  holding<T>(sql: string, values: unknown[], work: () => Promise<T>): Promise<T> {
    return this.during(sql, values, work, 'ROLLBACK');
  }

  /** The same with a change that is committed when `work` is done. */
  committing<T>(sql: string, values: unknown[], work: () => Promise<T>): Promise<T> {
    return this.during(sql, values, work, 'COMMIT');
  }

  private async during<T>(
    sql: string,
    values: unknown[],
    work: () => Promise<T>,
    end: 'COMMIT' | 'ROLLBACK',
  ): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(sql, values);
      return await work();
    } finally {
      await client.query(end);
      client.release();
    }
  }

  /** Everything that was logged so far, one JSON line each. */
  logs(): Record<string, unknown>[] {
    return this.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async close(): Promise<void> {
    // A browser opens connections in advance, and Node waits for the first request of each without an end.
    const late = setTimeout(
      () => this.nest.getHttpServer().closeAllConnections(),
      CLOSED_WITHIN_MS,
    );
    await this.nest.close();
    clearTimeout(late);
    await this.pool.end();
    if (this.ownsDatabase) await this.database.drop();
  }
}

/** Starts the application in process, as it is served, on a copy of the migrated template database. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.database ?? (await createTestDatabase());
  const logged: string[] = [];
  const app = await bootApp(database.url, options, logged).catch(async (error: unknown) => {
    if (!options.database) await database.drop();
    throw error;
  });
  await app.listen(options.port ?? 0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  const operator = await app.get(CredentialsService, { strict: false }).findByEmail(OPERATOR.email);
  const token = app.get(JwtService, { strict: false }).sign({ sub: operator?.id });
  const pool = new Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  return new TestApp(
    app,
    database,
    url,
    new ApiClient(url, token),
    new ApiClient(url),
    pool,
    logged,
    options.database === undefined,
  );
}

async function bootApp(
  databaseUrl: string,
  {
    providers = [],
    controllers = [],
    env: overrides = {},
    secrets = {},
    consoleFolder,
  }: TestAppOptions,
  logged: string[],
): Promise<NestExpressApplication> {
  const env = readEnv({
    EXECUTE_LIMIT_PER_MINUTE: '1000000',
    BULK_LIMIT_PER_MINUTE: '1000000',
    RUN_LIMIT_PER_MINUTE: '1000000',
    LOGIN_LIMIT_PER_MINUTE: '1000000',
    READ_LIMIT_PER_MINUTE: '0',
    WRITE_LIMIT_PER_MINUTE: '0',
    LOGIN_DELAY_MAX_MS: '0',
    AUTH_CACHE_MS: '0',
    AUTO_RUN: 'false',
    LOG_LEVEL: 'debug',
    ...overrides,
  });
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  const app: AppOptions = {
    env,
    secrets: {
      jwtSecret: JWT_SECRET,
      admin: OPERATOR,
      webhookEncryptionKeys: [WEBHOOK_ENCRYPTION_KEY],
      adminPasswordFile: undefined,
      ...secrets,
    },
    logger: createLogger(env.logLevel, sink, { traced: env.tracing !== undefined }),
    databaseUrl,
    consoleFolder,
  };
  const testing = await Test.createTestingModule({
    imports: [AppModule.register(app)],
    providers,
    controllers,
  })
    .setLogger(new PinoLoggerService(app.logger))
    .compile()
    .catch((error: unknown) => {
      throw wiringErrorOf(error);
    });
  const nest = testing.createNestApplication<NestExpressApplication>(new ExpressHttpAdapter(), {
    bodyParser: false,
    logger: new PinoLoggerService(app.logger),
  });
  try {
    await setUpApp(nest, app);
  } catch (error) {
    await nest.close().catch(() => undefined);
    throw error;
  }
  return nest;
}
