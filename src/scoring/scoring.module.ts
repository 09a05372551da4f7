import { Module } from '@nestjs/common';
import { ScoringController } from './scoring.controller.js';
import { ScoringService } from './scoring.service.js';

/** How healthy a scope is, 0–100, and why. */
@Module({
  controllers: [ScoringController],
  providers: [ScoringService],
  exports: [ScoringService],
})
export class ScoringModule {}
