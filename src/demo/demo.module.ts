import { Module } from '@nestjs/common';
import { NextActionsModule } from '../next-actions/next-actions.module.js';
import { OpsEventsModule } from '../ops-events/ops-events.module.js';
import { RiskModule } from '../risk/risk.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { WorkItemsModule } from '../work-items/work-items.module.js';
import { DemoLoader } from './demo.loader.js';

/** The desks that a first start shows. */
@Module({
  imports: [WorkItemsModule, ScoringModule, RiskModule, NextActionsModule, OpsEventsModule],
  providers: [DemoLoader],
  exports: [DemoLoader],
})
export class DemoModule {}
