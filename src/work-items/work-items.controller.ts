import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Res,
  StreamableFile,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { type Response } from 'express';
import { Requires } from '../http/access/requires.js';
import { CurrentActor } from '../http/access/current-actor.js';
import { type Actor } from '../kernel/actor.js';
import { answerCreated } from '../http/created.js';
import { Prefers } from '../http/accepted-type.js';
import { ApiPageOrCsv } from '../http/csv/api-csv.js';
import { csvAnswer } from '../http/streamed-answer.js';
import { ApiProblems } from '../http/problems/api-problems.js';
import { BodyLimit } from '../http/request/json-body.guard.js';
import { BatchAnswer, WorkItemAnswer, WorkItemPage } from './work-item.dto.js';
import {
  BatchBody,
  ListWorkItemsQuery,
  PatchWorkItemBody,
  PutWorkItemBody,
  WorkItemKey,
} from './work-item-requests.dto.js';
import { type WorkItem } from './work-item.js';
import { RefreshQuery } from './refresh.dto.js';
import { WorkItemsService } from './work-items.service.js';

/** A thousand items of about a kilobyte each: a title, ids, times and a few attributes. */
const BATCH_BODY_LIMIT = 1024 * 1024;

@ApiTags('work-items')
@Controller('work-items')
export class WorkItemsController {
  constructor(private readonly workItems: WorkItemsService) {}

  @Get()
  @Requires('work-items.read')
  @ApiOperation({
    summary: 'List the work items, newest first',
    description:
      'The links in an explanation lead here, with the condition that a rule counted. Continue with nextCursor: no item is skipped or repeated while others are pushed.',
  })
  @ApiPageOrCsv(WorkItemPage)
  @ApiProblems(400)
  list(
    @Query() query: ListWorkItemsQuery,
    @Prefers('text/csv') asCsv: boolean,
    @CurrentActor() actor: Actor,
  ): Promise<WorkItemPage | StreamableFile> {
    if (asCsv) return csvAnswer(this.workItems.csv(query, actor), 'work-items.csv');
    return this.workItems.list(query, actor);
  }

  @Post('batch')
  @Requires('work-items.write')
  @HttpCode(200)
  @BodyLimit(BATCH_BODY_LIMIT)
  @ApiOperation({
    operationId: 'pushWorkItems',
    summary: 'Push many work items',
    description:
      'Up to 1000 items in one statement: all of them or, if one is wrong, none. Errors name the item, for example items.3.dueAt. The body may have up to 1 MiB.',
  })
  @ApiOkResponse({ type: BatchAnswer })
  @ApiProblems(400)
  putAll(
    @Body() body: BatchBody,
    @Query() query: RefreshQuery,
    @CurrentActor() actor: Actor,
  ): Promise<BatchAnswer> {
    return this.workItems.putAll(body.items, actor, query);
  }

  @Get(':kind/:externalId')
  @Requires('work-items.read')
  @ApiOperation({
    summary: 'Get a work item',
    description: 'By the id that it has in the system that pushes it.',
  })
  @ApiOkResponse({ type: WorkItemAnswer })
  @ApiProblems('WORK_ITEM_NOT_FOUND')
  get(@Param() key: WorkItemKey, @CurrentActor() actor: Actor): Promise<WorkItem> {
    return this.workItems.get(key.kind, key.externalId, actor);
  }

  @Patch(':kind/:externalId')
  @Requires('work-items.write')
  @ApiOperation({
    summary: 'Change a work item',
    description:
      'Changes the fields that are sent and leaves the others; attributes are merged. Another scope moves the item there.',
  })
  @ApiOkResponse({ type: WorkItemAnswer })
  @ApiProblems('WORK_ITEM_NOT_FOUND', 'SCOPE_NOT_FOUND')
  patch(
    @Param() key: WorkItemKey,
    @Body() body: PatchWorkItemBody,
    @Query() query: RefreshQuery,
    @CurrentActor() actor: Actor,
  ): Promise<WorkItem> {
    return this.workItems.patch(key.kind, key.externalId, body, actor, query);
  }

  @Put(':kind/:externalId')
  @Requires('work-items.write')
  @ApiOperation({
    summary: 'Push a work item',
    description:
      'Creates the item, or replaces the one with this kind and external id: 200 instead of 201. What is left out has its default, but for the scope: without one, a known item stays where it is. A push with another scope moves the item there.',
  })
  @ApiCreatedResponse({ type: WorkItemAnswer, description: 'Created.' })
  @ApiOkResponse({ type: WorkItemAnswer, description: 'Updated, or unchanged.' })
  @ApiProblems('SCOPE_NOT_FOUND')
  async put(
    @Param() key: WorkItemKey,
    @Body() body: PutWorkItemBody,
    @Query() query: RefreshQuery,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkItem> {
    const { item, created } = await this.workItems.put(Object.assign(body, key), actor, query);
    if (created) answerCreated(response, 'work-items', item.kind, item.externalId);
    else response.status(200);
    return item;
  }

  @Delete(':kind/:externalId')
  @Requires('work-items.write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a work item',
    description: 'With the scores of a lead.',
  })
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems('WORK_ITEM_NOT_FOUND')
  delete(
    @Param() key: WorkItemKey,
    @Query() query: RefreshQuery,
    @CurrentActor() actor: Actor,
  ): Promise<void> {
    return this.workItems.delete(key.kind, key.externalId, actor, query);
  }
}
