import { Module } from '@nestjs/common';
import { LeadPipelineService } from './lead-pipeline.service.js';
import { LeadsController } from './leads.controller.js';
import { LeadsService } from './leads.service.js';

/** Intake leads: how promising each is, and why. */
@Module({
  controllers: [LeadsController],
  providers: [LeadsService, LeadPipelineService],
  exports: [LeadPipelineService],
})
export class LeadsModule {}
