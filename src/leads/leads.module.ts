import { Module } from '@nestjs/common';
import { LeadPipelineService } from './lead-pipeline.service.js';
import { LeadsController } from './leads.controller.js';
import { LeadsService } from './leads.service.js';
import { WorkItemsModule } from '../work-items/work-items.module.js';
import { HttpModule } from '../http/http.module.js';

/** Intake leads and their scores. */
@Module({
  imports: [HttpModule, WorkItemsModule],
  controllers: [LeadsController],
  providers: [LeadsService, LeadPipelineService],
  exports: [LeadPipelineService],
})
export class LeadsModule {}
