import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../http/access/current-actor.js';
import { Requires } from '../../http/access/requires.js';
import { ApiProblems } from '../../http/problems/api-problems.js';
import { type Actor } from '../../kernel/actor.js';
import { PlaybookAnswer, TickStepBody } from './playbooks.dto.js';
import { PlaybooksService } from './playbooks.service.js';

const ApiId = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the next best action.' });

/** How next best actions are worked off. */
@ApiTags('next-actions')
@Controller('next-actions/:id/playbook')
export class PlaybooksController {
  constructor(private readonly playbooks: PlaybooksService) {}

  @Get()
  @Requires('next-actions.read')
  @ApiOperation({
    operationId: 'getPlaybook',
    summary: 'Get the playbook of a next best action',
    description:
      'What it is for, and its steps with who ticked them. A step that names an action is ticked by a successful execution of it. Without title and steps for an NBA that no built-in rule made.',
  })
  @ApiId
  @ApiOkResponse({ type: PlaybookAnswer })
  @ApiProblems('NEXT_ACTION_NOT_FOUND')
  get(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<PlaybookAnswer> {
    return this.playbooks.get(id, actor);
  }

  @Put('steps/:key')
  @Requires('next-actions.press')
  @ApiOperation({
    operationId: 'changePlaybookStep',
    summary: 'Tick a step of the playbook, or take the tick back',
    description:
      'On record with who and when. Repeating it is a success. What an execution ticked can’t be taken back here.',
  })
  @ApiId
  @ApiParam({ name: 'key', example: 'ask_client', description: 'Key of the step.' })
  @ApiOkResponse({ type: PlaybookAnswer })
  @ApiProblems('NEXT_ACTION_NOT_FOUND', 'PLAYBOOK_STEP_NOT_FOUND', 'PLAYBOOK_STEP_EXECUTED')
  tick(
    @Param('id') id: string,
    @Param('key') key: string,
    @Body() { done }: TickStepBody,
    @CurrentActor() actor: Actor,
  ): Promise<PlaybookAnswer> {
    return this.playbooks.tick(id, key, done, actor);
  }
}
