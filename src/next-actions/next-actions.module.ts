import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { LeadsModule } from '../leads/leads.module.js';
import { RiskModule } from '../risk/risk.module.js';
import { ScoringModule } from '../scoring/scoring.module.js';
import { UsersModule } from '../users/users.module.js';
import { AddNoteAction } from './delivery/actions/add-note.action.js';
import { AssignAction } from './delivery/actions/assign.action.js';
import { DismissAction } from './delivery/actions/dismiss.action.js';
import { DontSuggestAgain30dAction } from './delivery/actions/dont-suggest-again-30d.action.js';
import { MarkDoneAction } from './delivery/actions/mark-done.action.js';
import { RecomputeScoreAction } from './delivery/actions/recompute-score.action.js';
import { ReopenAction } from './delivery/actions/reopen.action.js';
import { ReprioritizeAction } from './delivery/actions/reprioritize.action.js';
import { RunLeadPipelineAction } from './delivery/actions/run-lead-pipeline.action.js';
import { RunNextActionsAction } from './delivery/actions/run-next-actions.action.js';
import { RunRiskRulesAction } from './delivery/actions/run-risk-rules.action.js';
import { SnoozeAction } from './delivery/actions/snooze.action.js';
import { WakeAction } from './delivery/actions/wake.action.js';
import { Snooze1dAction } from './delivery/actions/snooze-1d.action.js';
import { DeliveryActionRegistry } from './delivery/delivery-action.registry.js';
import { DeliveryCatalogue } from './delivery/delivery-catalogue.js';
import { NextActionButtons } from './delivery/next-action-buttons.js';
import { DeliveryOpenApi } from './delivery/delivery-openapi.js';
import { BulkController } from './delivery/bulk.controller.js';
import { BulkService } from './delivery/bulk.service.js';
import { PreviewService } from './delivery/preview.service.js';
import { FailedExecutions } from './delivery/failed-executions.js';
import { PressAttempt } from './delivery/press-attempt.js';
import { UndoAttempt } from './delivery/undo-attempt.js';
import { UndoController } from './delivery/undo.controller.js';
import { UndoService } from './delivery/undo.service.js';
import { DeliveryService } from './delivery/delivery.service.js';
import { ExecutionsRepository } from './delivery/executions.repository.js';
import { ExecutionsListService } from './delivery/executions-list.service.js';
import { IdempotencyKeys } from './delivery/idempotency-keys.js';
import { EffectivenessService } from './outcomes/effectiveness.service.js';
import { PlaybooksController } from './playbooks/playbooks.controller.js';
import { PlaybooksService } from './playbooks/playbooks.service.js';
import { SuppressionsController } from './suppressions/suppressions.controller.js';
import { SuppressionsService } from './suppressions/suppressions.service.js';
import { DeliveryActionsController } from './delivery/delivery-actions.controller.js';
import { NextActionTurns } from './model/next-action-turns.js';
import { NextActionsController } from './next-actions.controller.js';
import { NextActionsRepository } from './model/next-actions.repository.js';
import { NextActionsService } from './model/next-actions.service.js';
import { NextActionsSummaryService } from './rules/next-actions-summary.service.js';
import { NextActionsRunHandler } from './rules/next-actions-run.handler.js';
import { NextActionRunsService } from './rules/next-action-runs.service.js';
import { RateLimitCountersModule } from '../rate-limit/rate-limit-counters.module.js';
import { HttpModule } from '../http/http.module.js';
import { WorkItemsModule } from '../work-items/work-items.module.js';
import { JobsModule } from '../jobs/jobs.module.js';

/** Next best actions and their buttons. */
@Module({
  imports: [
    JobsModule,
    RateLimitCountersModule,
    HttpModule,
    DiscoveryModule,
    LeadsModule,
    RiskModule,
    ScoringModule,
    UsersModule,
    WorkItemsModule,
  ],
  // Before the routes that take an id in the place of `suppressions`.
  controllers: [
    SuppressionsController,
    NextActionsController,
    PlaybooksController,
    DeliveryActionsController,
    UndoController,
    BulkController,
  ],
  providers: [
    NextActionTurns,
    NextActionsRepository,
    NextActionsService,
    NextActionsSummaryService,
    NextActionRunsService,
    EffectivenessService,
    DeliveryActionRegistry,
    DeliveryCatalogue,
    NextActionButtons,
    DeliveryOpenApi,
    DeliveryService,
    PressAttempt,
    FailedExecutions,
    PreviewService,
    BulkService,
    UndoService,
    UndoAttempt,
    ExecutionsRepository,
    ExecutionsListService,
    IdempotencyKeys,
    SuppressionsService,
    PlaybooksService,
    // Delivery actions, one line each: `npm run make:action -- <key>` adds one.
    AddNoteAction,
    AssignAction,
    DismissAction,
    DontSuggestAgain30dAction,
    MarkDoneAction,
    RecomputeScoreAction,
    ReopenAction,
    ReprioritizeAction,
    RunLeadPipelineAction,
    RunNextActionsAction,
    RunRiskRulesAction,
    SnoozeAction,
    Snooze1dAction,
    WakeAction,
    // Job handlers.
    NextActionsRunHandler,
  ],
  exports: [DeliveryActionRegistry, DeliveryService, NextActionRunsService, NextActionsService],
})
export class NextActionsModule {}
