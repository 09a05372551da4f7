import { Requires } from '../src/http/access/requires.js';
import { Controller, Get, Param } from '@nestjs/common';
import { Client } from 'pg';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { CREATE_RAISE } from './fixtures/delivery-actions.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { eventually } from './support/eventually.js';

/** Fails with any SQLSTATE, as a route of the application would. */
@Controller('test-raise')
@Requires('account.read')
class RaiseController {
  constructor(private readonly transactions: TransactionRunner) {}

  @Get(':state')
  async raise(@Param('state') state: string): Promise<object> {
    await this.transactions.query({ name: 'test_raise', text: 'SELECT test_raise($1)' }, [state]);
    return {};
  }

  @Get()
  async readForLong(): Promise<object> {
    const statement = { name: 'test_read_long', text: `SELECT pg_sleep(60), 'read for long'` };
    await this.transactions.query(statement, [], { statementMs: 50 });
    return {};
  }
}

/** Makes its connection forget every prepared statement, as a pooler that hands on another one does. */
@DeliveryAction({ key: 'forget_statements', label: 'Forget', dedupeWindowMs: 0 })
class ForgetStatementsAction implements DeliveryActionHandler {
  async run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    await tx.manager.query('DEALLOCATE ALL');
    return {};
  }
}

/** Runs a statement that a test can wait for and end. */
@DeliveryAction({ key: 'take_long', label: 'Take long' })
class TakeLongAction implements DeliveryActionHandler {
  async run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    await tx.query({ name: 'test_take_long', text: 'SELECT pg_sleep(60)' }).catch(() => {
      throw new Error('the action makes an error of its own of it');
    });
    return {};
  }
}

/** The same through TypeORM. */
@DeliveryAction({ key: 'take_long_by_manager', label: 'Take long' })
class TakeLongByManagerAction implements DeliveryActionHandler {
  async run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    await tx.manager.query('SELECT pg_sleep(60)');
    return {};
  }
}

const OWN_CONNECTIONS = `
  FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'next-best-actions'`;

describe('a state of the database', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      providers: [ForgetStatementsAction, TakeLongAction, TakeLongByManagerAction],
      controllers: [RaiseController],
      env: { DATABASE_POOL_SIZE: '3', WORKER: 'false' },
    });
    await app.rows(CREATE_RAISE);
  });
  afterAll(() => app.close());

  it.each([
    ['53100', 'DATABASE_UNAVAILABLE'],
    ['53200', 'DATABASE_UNAVAILABLE'],
    ['53300', 'DATABASE_BUSY'],
    ['55000', 'DATABASE_UNAVAILABLE'],
    ['55P03', 'DATABASE_BUSY'],
    ['57014', 'DATABASE_TIMEOUT'],
    ['57P01', 'DATABASE_UNAVAILABLE'],
    ['57P04', 'DATABASE_UNAVAILABLE'],
    ['57P05', 'DATABASE_UNAVAILABLE'],
    ['58030', 'DATABASE_UNAVAILABLE'],
    ['25006', 'DATABASE_READ_ONLY'],
    ['25P04', 'DATABASE_TIMEOUT'],
    ['26000', 'DATABASE_UNAVAILABLE'],
    ['28P01', 'DATABASE_UNAVAILABLE'],
    ['3D000', 'DATABASE_UNAVAILABLE'],
    ['40001', 'DATABASE_CONTENTION'],
    ['42P05', 'DATABASE_UNAVAILABLE'],
    ['XX000', 'DATABASE_UNAVAILABLE'],
  ])('with the SQLSTATE %s is a 503 that says when to come back', async (state, code) => {
    const { body, headers } = await app.api.get(`/api/test-raise/${state}`).expect(503);
    expect(body.code).toBe(code);
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });

  it.each(['22001', '22P05', '22021'])(
    'that can not hold a value (%s) is the client’s to change',
    async (state) => {
      const { body } = await app.api.get(`/api/test-raise/${state}`).expect(400);
      expect(body.code).toBe('VALUE_NOT_STORABLE');
    },
  );

  it.each(['42601', '23514', '22012', 'P0001', 'XX001'])(
    'that only a mistake of ours explains (%s) stays a 500',
    async (state) => {
      const { body } = await app.api.get(`/api/test-raise/${state}`).expect(500);
      expect(body.code).toBe('INTERNAL_ERROR');
    },
  );

  it('in which plans of prepared statements are outdated fails no request', async () => {
    await createNextAction(app.api);
    await app.api.get('/api/next-actions').expect(200);
    await app.rows('ALTER TABLE next_best_actions ALTER COLUMN source_id TYPE varchar');
    try {
      for (let i = 0; i < 6; i++) await app.api.get('/api/next-actions').expect(200);
    } finally {
      await app.rows('ALTER TABLE next_best_actions ALTER COLUMN source_id TYPE text');
    }
    for (let i = 0; i < 6; i++) await app.api.get('/api/next-actions').expect(200);
  });

  it('in which a connection has lost its prepared statements does not fail the next press', async () => {
    for (let i = 0; i < 6; i++) {
      const { id } = await createNextAction(app.api);
      await app.api.press(id, 'forget_statements').expect(200);
      await app.api.press(id, 'mark_done').expect(200);
    }
  });

  it('that ended idle connections fails no request', async () => {
    const { id } = await createNextAction(app.api);
    await Promise.all(Array.from({ length: 6 }, () => app.api.get('/api/next-actions')));
    await app.rows(`SELECT pg_terminate_backend(pid) ${OWN_CONNECTIONS} AND state = 'idle'`);
    const answers = await Promise.all([
      app.api.press(id, 'mark_done'),
      ...Array.from({ length: 5 }, () => app.api.get('/api/next-actions')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  it('that ends connections under 16 clients ends neither the process nor the work', async () => {
    const ids = await Promise.all(
      Array.from({ length: 120 }, async () => (await createNextAction(app.api)).id),
    );
    const statuses: number[] = [];
    let ended = 0;
    const press = async (): Promise<void> => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
        const { status } = await app.api.press(id, 'mark_done');
        statuses.push(status);
        if (status === 503) ids.unshift(id);
      }
    };
    const terminate = async (): Promise<void> => {
      while (ended < 40 && ids.length > 0) {
        const victims = await app.rows(
          `SELECT pg_terminate_backend(pid) ${OWN_CONNECTIONS} ORDER BY random() LIMIT 1`,
        );
        ended += victims.length;
      }
    };
    await Promise.all([terminate(), ...Array.from({ length: 16 }, press)]);
    expect(ended).toBeGreaterThan(5);
    expect([...new Set(statuses)].filter((status) => ![200, 503].includes(status))).toEqual([]);
    expect(statuses.filter((status) => status === 200)).toHaveLength(120);
  });

  const SLEEPING = `state = 'active' AND query LIKE '%pg_sleep(60)%'`;
  it.each([
    ['an action', 'take_long', SLEEPING, 'SELECT 1'],
    ['TypeORM in an action', 'take_long_by_manager', SLEEPING, 'SELECT 1'],
    [
      'the job that an action enqueues',
      'retry_failed_deliveries',
      `wait_event_type = 'Lock'`,
      'LOCK TABLE jobs IN SHARE MODE',
    ],
  ])(
    'that ends the connection under %s is a 503, and not the action’s failure',
    async (_what, actionKey, running, lock) => {
      const { id } = await createNextAction(app.api);
      const { status, body, headers } = await app.holding(lock, [], async () => {
        const press = app.api.press(id, actionKey).then((response) => response);
        await eventually('the action to run', async () => {
          const ended = await app.rows(
            `SELECT pg_terminate_backend(pid) ${OWN_CONNECTIONS} AND ${running}`,
          );
          return ended.length > 0;
        });
        return press;
      });
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'DATABASE_UNAVAILABLE' });
      expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
      const { body: executions } = await app.api.get(`/api/next-actions/${id}/executions`);
      expect(executions.items).toEqual([]);
      await app.api.press(id, 'mark_done').expect(200);
    },
  );

  it('in which a read takes too long is a 503, and the statement is cancelled', async () => {
    const { body } = await app.api.get('/api/test-raise').expect(503);
    expect(body.code).toBe('DATABASE_TIMEOUT');
    await eventually('the read to be cancelled', async () => {
      const active = `${OWN_CONNECTIONS} AND state = 'active' AND query LIKE '%read for long%'`;
      return (await app.rows(`SELECT pid ${active}`)).length === 0;
    });
  });

  it('that accepts no writes is a 503 until it accepts them again, on any connection', async () => {
    const { id } = await createNextAction(app.api);
    const name = new URL(app.database.url).pathname.slice(1);
    const admin = new Client({ connectionString: process.env.TEST_DATABASE_ADMIN_URL });
    await admin.connect();
    try {
      // As after a failover: every connection leads to a server that is read-only.
      await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      await app.rows(`SELECT pg_terminate_backend(pid) ${OWN_CONNECTIONS}`);
      for (let i = 0; i < 4; i++) {
        const { body, headers } = await app.api.press(id, 'mark_done').expect(503);
        expect(body.code).toBe('DATABASE_READ_ONLY');
        expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
      }
      const { body } = await app.anonymous.get('/health/ready').expect(503);
      expect(body.code).toBe('DATABASE_READ_ONLY');
      await app.api.get('/api/next-actions').expect(200);
    } finally {
      await admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
      await admin.end();
    }
    // The connections are still open, and still read-only.
    await app.anonymous.get('/health/ready').expect(200);
    await app.api.press(id, 'mark_done').expect(200);
  });
});
