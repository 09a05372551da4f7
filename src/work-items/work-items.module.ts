import { Module } from '@nestjs/common';
import { WorkItemsController } from './work-items.controller.js';
import { WorkItemsService } from './work-items.service.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { DeskRefresh } from './desk-refresh.js';
import { HttpModule } from '../http/http.module.js';

/** What the business must act on: the input of every rule and score. */
@Module({
  imports: [HttpModule, JobsModule],
  controllers: [WorkItemsController],
  providers: [DeskRefresh, WorkItemsService],
  exports: [DeskRefresh, WorkItemsService],
})
export class WorkItemsModule {}
