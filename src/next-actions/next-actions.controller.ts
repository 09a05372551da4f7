import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
  StreamableFile,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { type Response } from 'express';
import { Requires } from '../http/access/requires.js';
import { CurrentActor } from '../http/access/current-actor.js';
import { type Actor } from '../kernel/actor.js';
import { answerCreated } from '../http/created.js';
import { Prefers } from '../http/accepted-type.js';
import { ApiPageOrCsv } from '../http/csv/api-csv.js';
import { csvAnswer } from '../http/streamed-answer.js';
import { ApiProblems, RATE_LIMIT_HEADERS } from '../http/problems/api-problems.js';
import { scopeFor, scopesToRead } from '../kernel/grants.js';
import { ScopeFields, ScopeQuery } from '../http/scope.dto.js';
import { PageQuery } from '../http/paging/pagination.js';
import { RateLimited } from '../rate-limit/rate-limits.js';
import { EffectivenessAnswer, EffectivenessQuery } from './outcomes/effectiveness.dto.js';
import { EffectivenessService } from './outcomes/effectiveness.service.js';
import { DeliveryService } from './delivery/delivery.service.js';
import { ExecutionsListService } from './delivery/executions-list.service.js';
import { NextActionButtons } from './delivery/next-action-buttons.js';
import { PreviewAnswer, PreviewQuery } from './delivery/preview.dto.js';
import { PreviewService } from './delivery/preview.service.js';
import { IdempotencyKey } from './delivery/idempotency-key.header.js';
import { NextActionRunAnswer, NextActionSummary } from './rules/next-action-run.dto.js';
import {
  ExecuteAnswer,
  ExecuteBody,
  ExecutionPage,
  REPLAYED_HEADER,
} from './delivery/delivery.dto.js';
import { NextActionAnswer, NextActionPage } from './model/next-action.dto.js';
import { ListNextActionsQuery } from './model/list-next-actions.dto.js';
import { CreateNextActionBody, PatchNextActionBody } from './model/next-action-requests.dto.js';
import { type NextAction } from './model/next-action.js';
import { NextActionsService } from './model/next-actions.service.js';
import { NextActionsSummaryService } from './rules/next-actions-summary.service.js';
import { NextActionRunsService } from './rules/next-action-runs.service.js';

const ApiId = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the next best action.' });

@ApiTags('next-actions')
@Controller('next-actions')
export class NextActionsController {
  constructor(
    private readonly nextActions: NextActionsService,
    private readonly summaries: NextActionsSummaryService,
    private readonly runs: NextActionRunsService,
    private readonly effectiveness: EffectivenessService,
    private readonly delivery: DeliveryService,
    private readonly previews: PreviewService,
    private readonly executionsOf: ExecutionsListService,
    private readonly buttons: NextActionButtons,
  ) {}

  @Get()
  @Requires('next-actions.read')
  @ApiOperation({
    summary: 'List the next best actions, ranked',
    description:
      'By score, then newest first, or by sort. With status=queued or without a status, snoozed ones are left out unless snoozed says otherwise. Items have payload and explanation with fields=full only. Continue with nextCursor and the same filters and sort: no row is skipped or repeated while others are inserted.',
  })
  @ApiPageOrCsv(NextActionPage)
  @ApiProblems(400)
  async list(
    @Query() query: ListNextActionsQuery,
    @Prefers('text/csv') asCsv: boolean,
    @CurrentActor() actor: Actor,
  ): Promise<NextActionPage | StreamableFile> {
    if (asCsv) return csvAnswer(this.nextActions.csv(query, actor), 'next-actions.csv');
    const { items, pagination } = await this.nextActions.list(query, actor);
    return { items: this.buttons.addTo(items, actor), pagination };
  }

  @Post()
  @Requires('next-actions.write')
  @ApiOperation({
    summary: 'Create a next best action, or update it by dedupeKey',
    description:
      'With a dedupeKey that a queued NBA of the scope has, that one is updated: 200 instead of 201.',
  })
  @ApiCreatedResponse({ type: NextActionAnswer, description: 'Created.' })
  @ApiOkResponse({ type: NextActionAnswer, description: 'Updated.' })
  @ApiProblems('SCOPE_NOT_FOUND')
  async create(
    @Body() body: CreateNextActionBody,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<NextActionAnswer> {
    const { nextAction, created } = await this.nextActions.create(body, actor);
    if (created) answerCreated(response, 'next-actions', nextAction.id);
    else response.status(200);
    return this.answerOf(nextAction, actor);
  }

  @Get('summary')
  @Requires('next-actions.read')
  @ApiOperation({
    operationId: 'getNextActionsSummary',
    summary: 'Summarize the next best actions of a scope, or of several',
    description:
      'The best five, how many are queued by priority and how many are snoozed, each counted up to 10,000, what is held back, what could be suppressed, and when the rules last ran.',
  })
  @ApiOkResponse({ type: NextActionSummary })
  @ApiProblems(400)
  async summary(
    @Query() query: ScopeQuery,
    @CurrentActor() actor: Actor,
  ): Promise<NextActionSummary> {
    const { top5, ...counts } = await this.summaries.of(scopesToRead(query, actor), actor);
    return { top5: this.buttons.addTo(top5, actor), ...counts };
  }

  @Get('effectiveness')
  @Requires('next-actions.read')
  @ApiOperation({
    operationId: 'getEffectiveness',
    summary: 'See what became of what the rules suggested',
    description:
      'Per rule and action: suggested, pressed, done, dismissed, how long until the first press, and whether the condition of the rule went away within 7 days after it was closed (resolved), came back (returned) or stayed (ignored). Of the suggestions of the last days.',
  })
  @ApiOkResponse({ type: EffectivenessAnswer })
  @ApiProblems(400)
  effectivenessOf(
    @Query() query: EffectivenessQuery,
    @CurrentActor() actor: Actor,
  ): Promise<EffectivenessAnswer> {
    return this.effectiveness.of(query, actor);
  }

  @Post('run')
  @Requires('next-actions.run')
  @HttpCode(200)
  @RateLimited('run')
  @ApiOperation({
    operationId: 'runNextActionRules',
    summary: 'Run the rules in a scope',
    description:
      'Queues what the rules recommend, updates what is queued, and expires what no longer holds. It changes only what runs created. A rule recommends nothing for 24 hours after its action was done, for 7 days after it was dismissed, and for 30 days after "don’t suggest again"; one of priority critical only for an hour after it was closed. A suppression holds it back as long as it lasts. proposals names what is mostly dismissed and could be suppressed.',
  })
  @ApiOkResponse({ type: NextActionRunAnswer, headers: RATE_LIMIT_HEADERS })
  @ApiProblems('SCOPE_NOT_FOUND', 429)
  run(@Body() body: ScopeFields, @CurrentActor() actor: Actor): Promise<NextActionRunAnswer> {
    return this.runs.runAndPropose(scopeFor(body, actor), actor);
  }

  @Get(':id')
  @Requires('next-actions.read')
  @ApiOperation({
    summary: 'Get a next best action',
    description: 'With its payload and its explanation.',
  })
  @ApiId
  @ApiOkResponse({ type: NextActionAnswer })
  @ApiProblems('NEXT_ACTION_NOT_FOUND')
  async get(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<NextActionAnswer> {
    return this.answerOf(await this.nextActions.get(id, actor), actor);
  }

  @Patch(':id')
  @Requires('next-actions.press')
  @ApiOperation({
    summary: 'Close a next best action by hand',
    description:
      'Recorded like a press of mark_done or dismiss. Repeating it is a success: the execution that closed the NBA answers.',
  })
  @ApiId
  @ApiOkResponse({ type: NextActionAnswer })
  @ApiProblems('NEXT_ACTION_NOT_FOUND', 'NEXT_ACTION_NOT_OPEN')
  async close(
    @Param('id') id: string,
    @Body() body: PatchNextActionBody,
    @CurrentActor() actor: Actor,
  ): Promise<NextActionAnswer> {
    const actionKey = body.action === 'done' ? 'mark_done' : 'dismiss';
    await this.delivery.execute({ nextActionId: id, actionKey, actor });
    return this.answerOf(await this.nextActions.get(id, actor), actor);
  }

  @Get(':id/executions')
  @Requires('next-actions.read')
  @ApiOperation({
    operationId: 'listNextActionExecutions',
    summary: 'List the executions of a next best action, newest first',
    description: 'Who pressed which button with what input, and what the press changed.',
  })
  @ApiId
  @ApiOkResponse({ type: ExecutionPage })
  @ApiProblems('NEXT_ACTION_NOT_FOUND')
  executions(
    @Param('id') id: string,
    @Query() query: PageQuery,
    @CurrentActor() actor: Actor,
  ): Promise<ExecutionPage> {
    return this.executionsOf.list(id, query, actor);
  }

  @Post(':id/execute')
  @Requires('next-actions.press')
  @HttpCode(200)
  @RateLimited('execute')
  @ApiOperation({
    summary: 'Press a button',
    description:
      'Runs a delivery action exactly once. A repeat with the same input inside the action’s dedupe window (60 s), or with the same Idempotency-Key, gets the answer of the first execution, with Idempotent-Replayed: true. The same holds for mark_done or dismiss of an NBA that is done or dismissed: the execution that closed it answers. With preview=true, the action runs and is taken back: the answer says what a press would change and which events it would leave, and an error is the one that a press would get.',
  })
  @ApiId
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    description:
      'Makes a retry safe for 30 days: the same key with the same request gets the answer of the first success. A new one for each request, such as a UUID.',
  })
  @ApiExtraModels(ExecuteAnswer, PreviewAnswer)
  @ApiOkResponse({
    schema: {
      oneOf: [{ $ref: getSchemaPath(ExecuteAnswer) }, { $ref: getSchemaPath(PreviewAnswer) }],
    },
    headers: { ...RATE_LIMIT_HEADERS, ...REPLAYED_HEADER },
  })
  @ApiProblems(
    'ACTION_UNKNOWN',
    'NEXT_ACTION_NOT_FOUND',
    'NEXT_ACTION_NOT_OPEN',
    'PREVIEW_NOT_AVAILABLE',
    'IDEMPOTENCY_KEY_REUSED',
    'ACTION_FAILED',
    'ACTION_TIMED_OUT',
    429,
  )
  async execute(
    @Param('id') nextActionId: string,
    @Body() body: ExecuteBody,
    @Query() { preview }: PreviewQuery,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExecuteAnswer | PreviewAnswer> {
    const press = {
      nextActionId,
      actionKey: body.actionKey,
      actor,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(body.input === undefined ? {} : { input: body.input }),
    };
    if (preview) return this.previews.preview(press);
    const { executionId, replayed } = await this.delivery.execute(press);
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return { ok: true, executionId };
  }

  private answerOf(nextAction: NextAction, actor: Actor): NextActionAnswer {
    return { ...nextAction, actions: this.buttons.of(nextAction, actor) };
  }
}
