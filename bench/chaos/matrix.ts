import { inspect, isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { type Drill, type DrillContext, EMPTY_TALLY, type Finding } from './drill.js';
import { DATABASES, type MatrixDatabase, plain, PostgresAdmin } from './matrix-databases.js';
import { pgBouncerVersion, startInstalled, startPgBouncer } from './matrix-servers.js';
import { type Answers, EXPECTED, tellStory } from './matrix-story.js';
import { installedVersions, type RunningProgram } from '../programs.js';
import { Product } from '../under-load/product.js';

const MAX_SHOWN = 300;
/** Of `inspect`: the whole value in one line. */
const ALL = { depth: null, breakLength: Infinity, compact: true, maxArrayLength: null } as const;
const BEFORE_DIFFERENCE = 60;
const SHOWN_DIFFERENCE = 100;

/** Databases with common configurations: the answers on each are the same as on a plain one. */
export const MATRIX: Drill = {
  name: 'matrix',
  title: 'other settings, roles, versions and poolers of PostgreSQL',
  run: (context) => new Matrix(context).run(),
};

class Matrix {
  private readonly passed: string[] = [];
  private readonly skipped: string[] = [];
  private readonly wrong: string[] = [];
  private tried = 0;
  private plain: Answers = EXPECTED;

  constructor(private readonly context: DrillContext) {}

  async run(): Promise<Finding> {
    const { folder, quick } = this.context;
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), durable: false });
    try {
      const admin = new PostgresAdmin(postgres.url);
      const found = await this.tell('a plain database', () => plain(admin), EXPECTED);
      this.plain = found ?? EXPECTED;
      // A pooler is one more way to be unlike a plain database.
      const few = pgBouncerVersion() ? [] : DATABASES.slice(0, 1);
      for (const { name, make } of quick ? few : DATABASES) {
        await this.tell(name, () => make(admin));
      }
      await this.poolers(admin);
    } finally {
      await postgres.stop();
    }
    if (!quick) await this.installed();
    return {
      tally: { ...EMPTY_TALLY, tried: this.tried, other: this.wrong.length },
      notes: [
        `as on a plain database: ${this.passed.join('; ') || 'none'}`,
        ...(this.skipped.length > 0 ? [`skipped: ${this.skipped.join(', ')}`] : []),
      ],
      faults: this.wrong,
    };
  }

  private async poolers(admin: PostgresAdmin): Promise<void> {
    const version = pgBouncerVersion();
    if (!version) {
      this.skipped.push('PgBouncer (not installed)');
      return;
    }
    const name = `PgBouncer ${version.join('.')}`;
    if (!this.context.quick) await this.pooler(`${name}, session mode`, admin, {}, {});
    const keeps = version[0] > 1 || version[1] >= 21;
    const settings: Record<string, string> = keeps ? { max_prepared_statements: '200' } : {};
    await this.pooler(
      `${name}, transaction mode`,
      admin,
      { pool_mode: 'transaction', ...settings },
      keeps ? {} : { DATABASE_PREPARED_STATEMENTS: 'false' },
    );
  }

  private async pooler(
    name: string,
    admin: PostgresAdmin,
    ini: Readonly<Record<string, string>>,
    settings: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { url } = await admin.database();
    await this.with(name, startPgBouncer(this.context.folder, url, ini), async ({ port }) => {
      const pooled = new URL(url);
      pooled.port = String(port);
      const all: Record<string, string> = { DATABASE_URL: pooled.href, ...settings };
      if (ini.pool_mode === 'transaction') all.DATABASE_DIRECT_URL = url;
      await this.tell(name, () => Promise.resolve({ settings: all }));
    });
  }

  private async installed(): Promise<void> {
    const versions = installedVersions();
    if (versions.length === 0) this.skipped.push('another PostgreSQL (none is installed)');
    for (const version of versions) {
      const name = `PostgreSQL ${version}`;
      await this.with(name, startInstalled(version, this.context.folder), async ({ port }) => {
        const admin = new PostgresAdmin(`postgres://postgres@127.0.0.1:${port}/postgres`);
        await this.tell(name, () => plain(admin));
      });
    }
  }

  /** A server program for a while; that it does not start is a fault. */
  private async with(
    name: string,
    starting: Promise<RunningProgram>,
    work: (server: RunningProgram) => Promise<void>,
  ): Promise<void> {
    let server: RunningProgram;
    try {
      server = await starting;
    } catch (error) {
      this.tried += 1;
      this.wrong.push(`${name}: ${(error as Error).message.slice(0, MAX_SHOWN)}`);
      return;
    }
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  }

  /** Runs all checks on one database; every answer that differs from the plain one's is a fault. */
  private async tell(
    name: string,
    make: () => Promise<MatrixDatabase>,
    expected: Answers = this.plain,
  ): Promise<Answers | undefined> {
    this.context.progress(name);
    const before = this.wrong.length;
    let found: Answers | undefined;
    const { settings } = await make();
    const product = new Product(this.context.folder, { LOG_LEVEL: 'warn', ...settings });
    try {
      found = await tellStory(product);
      for (const [check, value] of Object.entries(expected)) {
        this.tried += 1;
        if (isDeepStrictEqual(found[check], value)) continue;
        this.wrong.push(`${name}: ${check} is ${difference(found[check], value)}.`);
      }
    } catch (error) {
      this.tried += 1;
      this.wrong.push(`${name}: ${(error as Error).message.slice(0, MAX_SHOWN)}`);
    } finally {
      await product.end();
    }
    if (this.wrong.length === before) this.passed.push(name);
    return found;
  }
}

/** What two answers differ in: from a little before the first character that is another one. */
function difference(found: unknown, expected: unknown): string {
  const one = inspect(found, ALL);
  const other = inspect(expected, ALL);
  let same = 0;
  while (same < one.length && one[same] === other[same]) same++;
  const from = Math.max(0, same - BEFORE_DIFFERENCE);
  const part = (text: string): string => text.slice(from, same + SHOWN_DIFFERENCE);
  return `…${part(one)}… instead of …${part(other)}…`;
}
