import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ENV, type Env } from '../config/env.js';
import { NextActionsModule } from '../next-actions/next-actions.module.js';
import { RiskModule } from '../risk/risk.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { DeskRefreshHandler } from './desk-refresh.handler.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { CronTicks, type Schedule } from './cron-ticks.js';
import {
  NextActionsRunTickHandler,
  RiskRunRulesTickHandler,
  ScopeFanOut,
  ScoreComputeTickHandler,
} from './schedule-tick.handler.js';
import { UnsettledScopes } from './unsettled-scopes.js';

/** Cron: a job for every scope that needs one. */
@Module({
  imports: [JobsModule, ScoringModule, RiskModule, NextActionsModule],
  providers: [
    CronTicks,
    UnsettledScopes,
    ScopeFanOut,
    DeskRefreshHandler,
    ScoreComputeTickHandler,
    RiskRunRulesTickHandler,
    NextActionsRunTickHandler,
  ],
})
export class SchedulesModule implements OnApplicationBootstrap {
  constructor(
    private readonly ticks: CronTicks,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.env.worker) await this.ticks.start(schedulesOf(this.env));
  }
}

function schedulesOf({ jobs: { schedules } }: Env): Schedule[] {
  const all = [
    {
      type: 'schedule.score.compute',
      payload: { enqueue: 'score.compute' },
      cron: schedules.scoreCompute,
    },
    {
      type: 'schedule.risk.run_rules',
      payload: { enqueue: 'risk.run_rules' },
      cron: schedules.riskRunRules,
    },
    {
      type: 'schedule.next_actions.run',
      payload: { enqueue: 'next_actions.run' },
      cron: schedules.nextActionsRun,
    },
  ] as const;
  return all.flatMap(({ cron, ...schedule }) =>
    cron === undefined ? [] : [{ ...schedule, cron }],
  );
}
