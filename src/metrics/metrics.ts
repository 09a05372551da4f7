import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { type Logger } from 'pino';
import { Gauge, Registry } from 'prom-client';
import { ENV, type Env } from '../config/env.js';
import { DutyTransactions } from '../database/transactions/duty-transactions.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { JobHandlerRegistry } from '../jobs/handlers/job-handler.registry.js';
import { LOGGER } from '../logging/logger.js';
import { DeliveryActionRegistry } from '../next-actions/delivery/delivery-action.registry.js';
import { LiveFeed } from '../ops-events/stream/live-feed.service.js';
import { DatabaseMetrics } from './database-metrics.js';
import { observeJobs } from './job-metrics.js';
import { type End } from './observed.js';
import { observePools } from './pool-metrics.js';
import { PressMetrics } from './press-metrics.js';
import { addBuildInfo, addProcessMetrics } from './process-metrics.js';
import { observeRequests } from './request-metrics.js';
import { observeRuleRuns } from './rule-metrics.js';
import { observeWebhooks } from './webhook-metrics.js';

/**
 * The metrics of an application, in a registry of its own. Without METRICS_PORT there are none: nothing is
 * observed. What is counted is the work of the process, from the start of the modules to their end.
 */
@Injectable()
export class Metrics implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly registry = new Registry();
  private readonly ends: End[] = [];
  private presses: PressMetrics | undefined;
  private database: DatabaseMetrics | undefined;

  constructor(
    private readonly transactions: TransactionRunner,
    private readonly duties: DutyTransactions,
    private readonly actions: DeliveryActionRegistry,
    private readonly jobs: JobHandlerRegistry,
    private readonly streams: LiveFeed,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    if (this.env.metricsPort === undefined) return;
    const { registry, transactions, duties, streams } = this;
    const presses = new PressMetrics(registry);
    this.presses = presses;
    this.database = new DatabaseMetrics(registry, duties, () => this.jobs.types(), this.logger);
    new Gauge({
      name: 'nba_streams_open',
      help: 'Open event streams of this process.',
      registers: [registry],
      collect() {
        this.set(streams.size);
      },
    });
    addBuildInfo(registry, this.env.revision);
    addProcessMetrics(registry);
    this.ends.push(
      observeRequests(registry),
      presses.observe(),
      observePools(registry, {
        main: () => transactions.poolUsage,
        duty: () => duties.poolUsage,
      }),
      observeJobs(registry),
      observeWebhooks(registry),
      observeRuleRuns(registry),
    );
  }

  /** Once every action is found. */
  onApplicationBootstrap(): void {
    this.presses?.begin(this.actions.keys());
  }

  onModuleDestroy(): void {
    for (const end of this.ends.splice(0)) end();
  }

  /** All metrics, in the text format of Prometheus. */
  async text(): Promise<string> {
    await this.database?.refresh();
    return this.registry.metrics();
  }
}
