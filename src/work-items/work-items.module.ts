import { Module } from '@nestjs/common';
import { WorkItemsImportController } from './csv/work-items-import.controller.js';
import { WorkItemsImportService } from './csv/work-items-import.service.js';
import { WorkItemsController } from './work-items.controller.js';
import { WorkItemsService } from './work-items.service.js';
import { HttpModule } from '../http/http.module.js';

/** What the business must act on: the input of every rule and score. */
@Module({
  imports: [HttpModule],
  controllers: [WorkItemsImportController, WorkItemsController],
  providers: [WorkItemsService, WorkItemsImportService],
  exports: [WorkItemsService],
})
export class WorkItemsModule {}
