import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { type ServerProcess } from '../server-process.js';
import { type Drill, type DrillContext, EMPTY_TALLY, type Finding } from './drill.js';
import { FuzzLane } from './fuzz-lane.js';
import { type FuzzRequest } from './fuzz-requests.js';
import { Product } from '../under-load/product.js';
import { Canaries } from './secrets-canaries.js';
import { ERROR_FORMS, FaultyDatabase } from './secrets-faults.js';
import { secretRequests } from './secrets-requests.js';

const JOBS_WITHIN_MS = 30_000;
const MAX_FAULTS = 20;
/** Processes that start at once. */
const STARTS_AT_ONCE = 3;

/** Secrets of every kind, put wherever a client, a database or a setting can put them: none is seen again. */
export const SECRETS: Drill = {
  name: 'secrets',
  title: 'made-up secrets in requests, errors of the database and settings',
  run: async (context) => {
    const postgres = await startEmbeddedPostgres({
      dataDir: join(context.folder, 'data'),
      durable: false,
    });
    const product = new Product(context.folder, {
      DATABASE_URL: postgres.url,
      LOG_LEVEL: 'trace',
      LOGIN_DELAY_MAX_MS: '0',
      JOB_BACKOFF_MS: '20',
      JOB_POLL_MS: '50',
    });
    const client = new Client({ connectionString: postgres.url });
    // It ends with the database.
    client.on('error', () => undefined);
    try {
      return await new Secrets(context, product, postgres, client).run();
    } finally {
      await client.end().catch(() => undefined);
      await product.end();
      await postgres.stop();
    }
  },
};

interface Answered {
  readonly id: string;
  readonly items: readonly { readonly id: string }[];
}

class Secrets {
  private readonly canaries: Canaries;
  private readonly leaks = new Set<string>();
  private readonly wrong: string[] = [];
  private readonly database: FaultyDatabase;
  private tried = 0;
  private token = '';
  private lane!: FuzzLane;

  constructor(
    private readonly context: DrillContext,
    private readonly product: Product,
    private readonly postgres: EmbeddedPostgres,
    client: Client,
  ) {
    this.canaries = new Canaries(context.seed);
    this.database = new FaultyDatabase(client);
    this.connect = () => client.connect();
  }

  private readonly connect: () => Promise<unknown>;

  async run(): Promise<Finding> {
    const { progress } = this.context;
    await this.connect();
    const server = await this.product.start();
    this.lane = new FuzzLane(server.url);
    await this.database.install();
    this.token = await this.product.token(server);
    this.watchOwn();

    progress('requests with secrets');
    const { id } = await this.call('POST', '/api/next-actions', { title: 'Call Acme back' });
    for (const request of secretRequests(this.canaries, { token: this.token, nextActionId: id })) {
      await this.send(request);
    }
    progress('data with secrets');
    await this.useOwnData();
    progress('errors of the database with secrets');
    await this.failPresses();
    await this.failJobs();
    await this.lookAtRecords();
    progress('starts that fail');
    await this.failStarts(server);
    this.lane.close();
    return this.finding();
  }

  /** The product's own secrets are canaries, too. */
  private watchOwn(): void {
    const { canaries, product } = this;
    canaries.watch('password of the database', new URL(this.postgres.url).password);
    canaries.watch('JWT_SECRET', product.jwtSecret);
    canaries.watch('ADMIN_PASSWORD', product.password);
    canaries.watch('token of a sign-in', this.token.split('.')[2]!);
  }

  /** What a client stores is its own and comes back; around it, in events and logs, it is not shown. */
  private async useOwnData(): Promise<void> {
    for (const { text } of this.canaries.forms('data of a client')) {
      const own = { note: text, list: [{ [text]: text }] };
      const id = encodeURIComponent(text.replace(/\s/g, ' '));
      const lead = { state: 'new', title: text, attributes: { ...own, email: text } };
      await this.call('PUT', `/api/work-items/intake_lead/${id}`, lead);
      await this.call('POST', `/api/leads/${id}/score`);
      const scope = { entityType: 'drill', entityId: text.replace(/\s/g, ' ') };
      const item = { ...scope, state: 'open', title: text, dueAt: '2020-01-01T00:00:00Z' };
      await this.call('PUT', `/api/work-items/reminder/${id}`, { ...item, attributes: own });
      for (const run of ['scores/compute', 'risk/run-rules', 'next-actions/run']) {
        await this.call('POST', `/api/${run}`, scope);
      }
      await this.call('POST', '/api/leads/pipeline/run', scope);
      const created = await this.call('POST', '/api/next-actions', {
        ...{ title: text, reason: text, payload: own, explanation: own, sourceId: text },
        ...{ dedupeKey: text, templateKey: text.slice(0, 100), createdByRule: text.slice(0, 100) },
      });
      const path = `/api/next-actions/${created.id}/execute`;
      for (const actionKey of ['recompute_score', 'snooze_1d', 'mark_done', 'mark_done']) {
        await this.call('POST', path, { actionKey });
      }
    }
  }

  private async failPresses(): Promise<void> {
    for (const form of ERROR_FORMS) {
      for (const { text } of this.canaries.forms(`an error of the database (${form})`)) {
        const { id } = await this.call('POST', '/api/next-actions', { title: 'Call Acme back' });
        await this.database.fail(id, form, text);
        const path = `/api/next-actions/${id}`;
        await this.call('POST', `${path}/execute`, { actionKey: 'mark_done' }, [500]);
        await this.call('PATCH', path, { action: 'done' }, [400, 500]);
        await this.call('GET', `${path}/executions`);
      }
    }
  }

  private async failJobs(): Promise<void> {
    const forms = this.canaries.forms('an error of the database in a job');
    for (const { text } of forms) {
      const { id } = await this.call('POST', '/api/next-actions', { title: 'Call Acme back' });
      await this.database.fail(id, 'message', text);
      const path = `/api/next-actions/${id}/execute`;
      await this.call('POST', path, { actionKey: 'retry_failed_deliveries' });
    }
    const deadline = Date.now() + JOBS_WITHIN_MS;
    while ((await this.database.deadLettered()) < forms.length) {
      if (Date.now() > deadline) {
        this.wrong.push(`The jobs did not end within ${JOBS_WITHIN_MS} ms.`);
        break;
      }
      await delay(50);
    }
    const { items } = await this.call('GET', '/api/jobs?pageSize=100');
    for (const { id } of items) await this.call('GET', `/api/jobs/${id}`);
  }

  private async lookAtRecords(): Promise<void> {
    let path: string | undefined = '/api/ops-events?pageSize=100';
    while (path !== undefined) {
      const { nextCursor } = (await this.call('GET', path)) as { nextCursor?: string | null };
      path = nextCursor
        ? `/api/ops-events?pageSize=100&cursor=${encodeURIComponent(nextCursor)}`
        : undefined;
    }
    for (const [where, text] of await this.database.records()) {
      this.note(this.canaries.leaks(text, where));
    }
  }

  /** Settings that are wrong, and a database that goes away: what the process writes when it ends. */
  private async failStarts(server: ServerProcess): Promise<void> {
    const secret = (setting: string): string => {
      this.tried += 1;
      return this.canaries.bare(`the setting ${setting}`);
    };
    const url = new URL(this.postgres.url);
    url.password = secret('DATABASE_URL');
    const direct = new URL(this.postgres.url);
    direct.password = secret('DATABASE_DIRECT_URL');
    const starts: Record<string, string>[] = [
      { DATABASE_URL: url.href },
      { DATABASE_DIRECT_URL: direct.href },
      { DATABASE_URL: `postgres://nba:${secret('DATABASE_URL')}@127.0.0.1:1/nba` },
      { DATABASE_URL: `postgres://nba:${secret('DATABASE_URL')}%zz@127.0.0.1/nba` },
      { DATABASE_URL: `postgres://nba:${secret('DATABASE_URL')}@127.0.0.1:port/nba` },
      { DATABASE_URL: `postgres://nba:${secret('DATABASE_URL')}/@nowhere.invalid/nba` },
      { DATABASE_URL: `mysql://nba:${secret('DATABASE_URL')}@127.0.0.1/nba` },
      { DATABASE_URL: `${this.postgres.url}?sslmode=require&options=${secret('DATABASE_URL')}` },
      { JWT_SECRET: secret('JWT_SECRET') },
      { JWT_SECRET: `${secret('JWT_SECRET')}${'a'.repeat(40)}` },
      { JWT_EXPIRES_IN: secret('JWT_EXPIRES_IN') },
      { ADMIN_EMAIL: secret('ADMIN_EMAIL') },
      { LOG_LEVEL: secret('LOG_LEVEL') },
      { SCHEDULE_RISK_RUN_RULES: secret('SCHEDULE_RISK_RUN_RULES') },
    ];
    const chosen = this.context.quick ? starts.filter((_, index) => index % 5 === 0) : starts;
    const start = async (): Promise<void> => {
      for (let settings = chosen.pop(); settings; settings = chosen.pop()) {
        const started = await this.product
          .start({ DATABASE_WAIT_MS: '0', ...settings })
          .catch(() => undefined);
        await started?.stop('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: STARTS_AT_ONCE }, start));
    await this.postgres.stop();
    await this.call('GET', '/api/next-actions', undefined, [503]);
    await server.stop();
    for (const name of await readdir(this.context.folder)) {
      if (!name.endsWith('.log')) continue;
      const log = await readFile(join(this.context.folder, name), 'utf8');
      this.note(this.canaries.leaks(log, `the log ${name}`));
    }
  }

  /** A request of the drill's own; a 5xx that is not expected is a fault. */
  private async call(
    method: string,
    path: string,
    json?: unknown,
    expected?: readonly number[],
  ): Promise<Answered> {
    const request: FuzzRequest = {
      method,
      path,
      headers: [
        ['Authorization', `Bearer ${this.token}`],
        ['Content-Type', 'application/json'],
      ],
      body: json === undefined ? undefined : Buffer.from(JSON.stringify(json)),
      framing: 'length',
    };
    return (await this.send(request, expected)) as Answered;
  }

  /** Sends it and looks at the answer: at every error, and at what is on record of events and jobs. */
  private async send(request: FuzzRequest, expected?: readonly number[]): Promise<unknown> {
    this.tried += 1;
    const { answer, ...rest } = await this.lane.send(request);
    const what = `${request.method} ${request.path.slice(0, 120)}`;
    if (!answer) {
      this.wrong.push(`${what}: ${'reason' in rest ? rest.reason : 'no answer'}.`);
      return {};
    }
    const { status, headers, body } = answer;
    const asExpected = expected === undefined ? status < 500 : expected.includes(status);
    if (!asExpected) this.wrong.push(`${what} was answered with ${status}.`);
    const where = `the answer ${status} to ${request.method} ${routeOf(request.path)}`;
    const recorded = /^\/api\/(ops-events|jobs)|\/executions/.test(request.path);
    const seen = status >= 400 || recorded ? [headers, body] : [headers];
    this.note(this.canaries.leaks(JSON.stringify(seen), where));
    return body;
  }

  private note(leaks: readonly string[]): void {
    for (const leak of leaks) this.leaks.add(leak);
  }

  private finding(): Finding {
    const faults = [...this.wrong, ...this.leaks];
    const more = faults.length - MAX_FAULTS;
    return {
      tally: { ...EMPTY_TALLY, tried: this.tried, other: faults.length },
      notes: [`${this.canaries.count} made-up secrets, LOG_LEVEL=trace; leaks: ${this.leaks.size}`],
      faults: [
        ...faults.slice(0, MAX_FAULTS),
        ...(more > 0 ? [`${more} further faults of this kind.`] : []),
      ],
    };
  }
}

/** The beginning of a path, which is no canary. */
function routeOf(path: string): string {
  return path.replace(/\?.*/, '').split('/').slice(0, 3).join('/');
}
