import { Module } from '@nestjs/common';
import { JobsModule } from '../jobs/jobs.module.js';
import { NextActionsModule } from '../next-actions/next-actions.module.js';
import { OpsEventsModule } from '../ops-events/ops-events.module.js';
import { Metrics } from './metrics.js';

/** The metrics of the process; no module that works knows of them. */
@Module({
  imports: [JobsModule, NextActionsModule, OpsEventsModule],
  providers: [Metrics],
  exports: [Metrics],
})
export class MetricsModule {}
