import { type DataSource } from 'typeorm';
import { createLogger } from '../../logging/logger.js';
import { readEnv } from '../../config/env.js';
import { StartError } from '../../config/start-error.js';
import { type TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { Boss } from './pg-boss.adapter.js';
import { type JobHandlerRegistry } from '../handlers/job-handler.registry.js';

/** Nothing listens there. */
const CLOSED = 'postgres://nba@127.0.0.1:1/nba';

describe('the installation of the job queue', () => {
  it.each([
    ['the embedded PostgreSQL', {}],
    ['DATABASE_URL', { DATABASE_URL: CLOSED }],
    ['DATABASE_DIRECT_URL', { DATABASE_URL: CLOSED, DATABASE_DIRECT_URL: CLOSED }],
  ])('names %s where it reaches no database', async (setting, settings) => {
    const boss = new Boss(
      { options: { url: CLOSED } } as unknown as DataSource,
      {} as TransactionRunner,
      { types: () => [] } as unknown as JobHandlerRegistry,
      readEnv(settings),
      createLogger('silent'),
    );
    const failed = boss.install();
    await expect(failed).rejects.toThrow(StartError);
    await expect(failed).rejects.toThrow(new RegExp(`correct ${setting}\\.$`));
  });
});
