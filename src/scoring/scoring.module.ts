import { Module } from '@nestjs/common';
import { ScoreComputeHandler } from './score-compute.handler.js';
import { ScoringController } from './scoring.controller.js';
import { ScoringService } from './scoring.service.js';
import { HttpModule } from '../http/http.module.js';

/** Scores of scopes, 0–100, with reasons. */
@Module({
  imports: [HttpModule],
  controllers: [ScoringController],
  providers: [ScoringService, ScoreComputeHandler],
  exports: [ScoringService],
})
export class ScoringModule {}
