import { Module } from '@nestjs/common';
import { OPEN_SCOPES } from '../jobs/open-scopes.js';
import { OpenWorkItemScopes } from './open-work-item-scopes.js';
import { ScoreComputeHandler } from './score-compute.handler.js';
import { ScoringController } from './scoring.controller.js';
import { ScoringService } from './scoring.service.js';

/** How healthy a scope is, 0–100, and why. */
@Module({
  controllers: [ScoringController],
  providers: [
    ScoringService,
    ScoreComputeHandler,
    { provide: OPEN_SCOPES, useClass: OpenWorkItemScopes },
  ],
  exports: [ScoringService],
})
export class ScoringModule {}
