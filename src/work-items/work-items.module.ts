import { Module } from '@nestjs/common';
import { WorkItemsImportController } from './csv/work-items-import.controller.js';
import { WorkItemsImportService } from './csv/work-items-import.service.js';
import { WorkItemsController } from './work-items.controller.js';
import { WorkItemsService } from './work-items.service.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { DeskRefresh } from './desk-refresh.js';
import { HttpModule } from '../http/http.module.js';

/** What the business must act on: the input of every rule and score. */
@Module({
  imports: [HttpModule, JobsModule],
  controllers: [WorkItemsImportController, WorkItemsController],
  providers: [DeskRefresh, WorkItemsService, WorkItemsImportService],
  exports: [DeskRefresh, WorkItemsService],
})
export class WorkItemsModule {}
