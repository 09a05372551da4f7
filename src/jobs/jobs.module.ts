import {
  Global,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ENV, type Env } from '../config/env.js';
import { Boss, type Schedule } from './boss.js';
import { type TickPayload } from './job-types.js';
import { JobHandlerRegistry } from './job-handler.registry.js';
import { JobQueue } from './job-queue.js';
import { JobWorker } from './job-worker.js';
import { JobsController } from './jobs.controller.js';
import { JobsDeskService } from './jobs-desk.service.js';
import { JobsService } from './jobs.service.js';
import {
  NextActionsRunTickHandler,
  RiskRunRulesTickHandler,
  ScopeFanOut,
  ScoreComputeTickHandler,
} from './schedule-tick.handler.js';

/** Work that leaves the request: enqueueing, the worker, schedules and the operators' routes. */
@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [JobsController],
  providers: [
    Boss,
    JobHandlerRegistry,
    JobQueue,
    JobsService,
    JobsDeskService,
    JobWorker,
    ScopeFanOut,
    ScoreComputeTickHandler,
    RiskRunRulesTickHandler,
    NextActionsRunTickHandler,
  ],
  exports: [JobsService, JobWorker],
})
export class JobsModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly boss: Boss,
    private readonly worker: JobWorker,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** After every room has been set up: the queues are there before the first request comes in. */
  async onApplicationBootstrap(): Promise<void> {
    await this.boss.install();
    if (!this.env.worker) return;
    await this.boss.startCron(schedulesOf(this.env));
    this.worker.start();
  }

  /**
   * Before the pool closes, which a running job needs. The worker stops taking jobs first: while cron
   * ends, it would else begin jobs that the stop then cuts off.
   */
  async onModuleDestroy(): Promise<void> {
    const drained = this.worker.stop();
    try {
      await this.boss.stop();
    } finally {
      await drained;
    }
  }
}

function schedulesOf({ jobs: { schedules } }: Env): (Schedule & { payload: TickPayload })[] {
  return [
    {
      type: 'schedule.score.compute',
      payload: { enqueue: 'score.compute' },
      setting: 'SCHEDULE_SCORE_COMPUTE',
      cron: schedules.scoreCompute,
    },
    {
      type: 'schedule.risk.run_rules',
      payload: { enqueue: 'risk.run_rules' },
      setting: 'SCHEDULE_RISK_RUN_RULES',
      cron: schedules.riskRunRules,
    },
    {
      type: 'schedule.next_actions.run',
      payload: { enqueue: 'next_actions.run' },
      setting: 'SCHEDULE_NEXT_ACTIONS_RUN',
      cron: schedules.nextActionsRun,
    },
  ];
}
