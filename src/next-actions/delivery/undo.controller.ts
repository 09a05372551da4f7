import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { CurrentActor } from '../../http/access/current-actor.js';
import { Requires } from '../../http/access/requires.js';
import { ApiProblems } from '../../http/problems/api-problems.js';
import { type Actor } from '../../kernel/actor.js';
import { ExecuteAnswer, REPLAYED_HEADER } from './delivery.dto.js';
import { UndoService } from './undo.service.js';

@ApiTags('next-actions')
@Controller('next-actions/:id/executions')
export class UndoController {
  constructor(private readonly undos: UndoService) {}

  @Post(':executionId/undo')
  @Requires('next-actions.press')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'undoExecution',
    summary: 'Take a press back',
    description:
      'Within 10 minutes of the press, by whoever may press its button. Restores the fields of the next best action that the press changed, if they still hold what it left, and takes back what else it did. The undo is an execution of its own, with undoesId. Of a press that was taken back already, the first undo answers, with Idempotent-Replayed: true.',
  })
  @ApiParam({ name: 'id', format: 'uuid', description: 'Id of the next best action.' })
  @ApiParam({ name: 'executionId', format: 'uuid', description: 'Id of the press’s execution.' })
  @ApiOkResponse({ type: ExecuteAnswer, headers: REPLAYED_HEADER })
  @ApiProblems(
    'EXECUTION_NOT_FOUND',
    'EXECUTION_SUPERSEDED',
    'UNDO_EXPIRED',
    'NOT_UNDOABLE',
    'ACTION_FAILED',
    'ACTION_TIMED_OUT',
  )
  async undo(
    @Param('id') nextActionId: string,
    @Param('executionId') undoneId: string,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExecuteAnswer> {
    const { executionId, replayed } = await this.undos.undo(nextActionId, undoneId, actor);
    if (replayed) response.setHeader('Idempotent-Replayed', 'true');
    return { ok: true, executionId };
  }
}
