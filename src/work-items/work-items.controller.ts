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
import { CurrentActor } from '../auth/current-user.js';
import { type Actor } from '../kernel/actor.js';
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
import { WorkItemsService } from './work-items.service.js';

/** A thousand items of about a kilobyte each: a title, ids, times and a few attributes. */
const BATCH_BODY_LIMIT = 1024 * 1024;

@ApiTags('work-items')
@Controller('work-items')
export class WorkItemsController {
  constructor(private readonly workItems: WorkItemsService) {}

  @Get()
  @ApiOperation({
    summary: 'List, newest first',
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
  @HttpCode(200)
  @BodyLimit(BATCH_BODY_LIMIT)
  @ApiOperation({
    summary: 'Push many',
    description:
      'Up to 1000 items in one statement: all of them or, if one is wrong, none. Errors name the item, for example items.3.dueAt. The body may have up to 1 MiB.',
  })
  @ApiOkResponse({ type: BatchAnswer })
  @ApiProblems(400)
  putAll(@Body() body: BatchBody, @CurrentActor() actor: Actor): Promise<BatchAnswer> {
    return this.workItems.putAll(body.items, actor);
  }

  @Get(':kind/:externalId')
  @ApiOperation({ summary: 'Get one' })
  @ApiOkResponse({ type: WorkItemAnswer })
  @ApiProblems(400, 404)
  get(@Param() key: WorkItemKey, @CurrentActor() actor: Actor): Promise<WorkItem> {
    return this.workItems.get(key.kind, key.externalId, actor);
  }

  @Patch(':kind/:externalId')
  @ApiOperation({
    summary: 'Change one',
    description:
      'Changes the fields that are sent and leaves the others; attributes are merged. Another scope moves the item there.',
  })
  @ApiOkResponse({ type: WorkItemAnswer })
  @ApiProblems(400, 404)
  patch(
    @Param() key: WorkItemKey,
    @Body() body: PatchWorkItemBody,
    @CurrentActor() actor: Actor,
  ): Promise<WorkItem> {
    return this.workItems.patch(key.kind, key.externalId, body, actor);
  }

  @Put(':kind/:externalId')
  @ApiOperation({
    summary: 'Push one',
    description:
      'Creates the item, or replaces the one with this kind and external id: 200 instead of 201. What is left out has its default, but for the scope: without one, a known item stays where it is. A push with another scope moves the item there.',
  })
  @ApiCreatedResponse({ type: WorkItemAnswer, description: 'Created.' })
  @ApiOkResponse({ type: WorkItemAnswer, description: 'Updated, or unchanged.' })
  @ApiProblems(400)
  async put(
    @Param() key: WorkItemKey,
    @Body() body: PutWorkItemBody,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkItem> {
    const { item, created } = await this.workItems.put(Object.assign(body, key), actor);
    response.status(created ? 201 : 200);
    return item;
  }

  @Delete(':kind/:externalId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete one' })
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems(400, 404)
  delete(@Param() key: WorkItemKey, @CurrentActor() actor: Actor): Promise<void> {
    return this.workItems.delete(key.kind, key.externalId, actor);
  }
}
