import { Module } from '@nestjs/common';
import { RiskFlagsService } from './risk-flags.service.js';
import { RiskRunRulesHandler } from './risk-run-rules.handler.js';
import { RiskRunsService } from './risk-runs.service.js';
import { RiskController } from './risk.controller.js';
import { HttpModule } from '../http/http.module.js';

/** Risk rules and risk flags. */
@Module({
  imports: [HttpModule],
  controllers: [RiskController],
  providers: [RiskFlagsService, RiskRunsService, RiskRunRulesHandler],
  exports: [RiskRunsService],
})
export class RiskModule {}
