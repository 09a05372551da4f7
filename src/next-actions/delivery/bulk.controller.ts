import { Body, Controller, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { CurrentActor } from '../../http/access/current-actor.js';
import { Requires } from '../../http/access/requires.js';
import { ApiProblems, RATE_LIMIT_HEADERS } from '../../http/problems/api-problems.js';
import { ClientGone } from '../../http/request/client-gone.js';
import { type Actor } from '../../kernel/actor.js';
import { RowLimit } from '../../rate-limit/row-limit.js';
import { BulkAnswer, BulkExecuteBody, BulkUndoBody } from './bulk.dto.js';
import { BulkService } from './bulk.service.js';
import { IdempotencyKey } from './idempotency-key.header.js';
import { PreviewQuery } from './preview.dto.js';

@ApiTags('next-actions')
@Controller('next-actions')
export class BulkController {
  constructor(
    private readonly bulk: BulkService,
    private readonly limit: RowLimit,
  ) {}

  @Post('execute')
  @Requires('next-actions.press')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'executeNextActions',
    summary: 'Press a button on several next best actions',
    description:
      'Up to 100, each in its own transaction: a row that is refused does not stop the others, and has the code that a single press would get. An unknown action and a bad input are a 400 for the whole. The rows count together under BULK_LIMIT_PER_MINUTE: if they do not all fit, the answer is a 429 and nothing ran. With preview=true, each row is only previewed.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    description:
      'Covers the whole request: a retry with the same key and the same body runs what did not run yet, and the rows that ran are answered by their executions.',
  })
  @ApiOkResponse({ type: BulkAnswer, headers: RATE_LIMIT_HEADERS })
  @ApiProblems('ACTION_UNKNOWN', 'IDEMPOTENCY_KEY_REUSED', 429)
  async execute(
    @Body() { ids, actionKey, input }: BulkExecuteBody,
    @Query() { preview }: PreviewQuery,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @CurrentActor() actor: Actor,
    @ClientGone() gone: AbortSignal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BulkAnswer> {
    const press = {
      ids,
      actionKey,
      actor,
      preview,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(input === undefined ? {} : { input }),
    };
    this.bulk.check(press);
    await this.limit.count(actor.id, ids.length, response);
    return { results: await this.bulk.execute(press, gone) };
  }

  @Post('undo')
  @Requires('next-actions.press')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'undoExecutions',
    summary: 'Take several presses back',
    description:
      'Up to 100 executions, each in its own transaction; of one next best action the newest first. The rows count under the same limit as those of a bulk press.',
  })
  @ApiOkResponse({ type: BulkAnswer, headers: RATE_LIMIT_HEADERS })
  @ApiProblems(429)
  async undo(
    @Body() { executionIds }: BulkUndoBody,
    @CurrentActor() actor: Actor,
    @ClientGone() gone: AbortSignal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BulkAnswer> {
    await this.limit.count(actor.id, executionIds.length, response);
    return { results: await this.bulk.undo(executionIds, actor, gone) };
  }
}
