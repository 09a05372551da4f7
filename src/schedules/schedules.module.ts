import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ENV, type Env } from '../config/env.js';
import { type TickPayload } from '../jobs/handlers/job-types.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { Boss, type Schedule } from '../jobs/queue/pg-boss.adapter.js';
import {
  NextActionsRunTickHandler,
  RiskRunRulesTickHandler,
  ScopeFanOut,
  ScoreComputeTickHandler,
} from './schedule-tick.handler.js';
import { UnsettledScopes } from './unsettled-scopes.js';

/** Cron: a job for every scope that needs one. */
@Module({
  imports: [JobsModule],
  providers: [
    UnsettledScopes,
    ScopeFanOut,
    ScoreComputeTickHandler,
    RiskRunRulesTickHandler,
    NextActionsRunTickHandler,
  ],
})
export class SchedulesModule implements OnApplicationBootstrap {
  constructor(
    private readonly boss: Boss,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.env.worker) return;
    await this.boss.install();
    await this.boss.startCron(schedulesOf(this.env));
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
