import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { type Response } from 'express';
import { CurrentActor } from '../../http/access/current-actor.js';
import { Requires } from '../../http/access/requires.js';
import { answerCreated } from '../../http/created.js';
import { ApiProblems } from '../../http/problems/api-problems.js';
import { type Actor } from '../../kernel/actor.js';
import {
  ChangeSuppression,
  ListSuppressionsQuery,
  NewSuppression,
  SuppressionAnswer,
  SuppressionPage,
} from './suppressions.dto.js';
import { SuppressionsService } from './suppressions.service.js';

const ApiId = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the suppression.' });

/** What the rules do not suggest. */
@ApiTags('next-actions')
@Controller('next-actions/suppressions')
export class SuppressionsController {
  constructor(private readonly suppressions: SuppressionsService) {}

  @Get()
  @Requires('next-actions.read')
  @ApiOperation({
    operationId: 'listSuppressions',
    summary: 'List what the rules do not suggest, newest first',
    description:
      'The suppressions whose scopes lie in those that are read: those of account/* are listed for scope=account/* and scope=*. Ended ones are listed until the retention deletes them, a day later.',
  })
  @ApiOkResponse({ type: SuppressionPage })
  @ApiProblems(400)
  list(
    @Query() query: ListSuppressionsQuery,
    @CurrentActor() actor: Actor,
  ): Promise<SuppressionPage> {
    return this.suppressions.list(query, actor);
  }

  @Post()
  @Requires('suppressions.write')
  @ApiOperation({
    operationId: 'createSuppression',
    summary: 'Hold back a rule or a dedupe key',
    description:
      'Runs queue nothing for it, and the next run expires what is queued. Takes exactly one of ruleKey and dedupeKey, and exactly one of for and until. Where one holds for the same key in the same scope, that one is changed: 200. For good, for over 90 days, and for scope=* or scope=account/*, it takes the permission suppressions.forever.',
  })
  @ApiCreatedResponse({ type: SuppressionAnswer, description: 'Set.' })
  @ApiOkResponse({ type: SuppressionAnswer, description: 'Changed.' })
  @ApiProblems('SCOPE_NOT_FOUND')
  async create(
    @Body() body: NewSuppression,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SuppressionAnswer> {
    const { suppression, created } = await this.suppressions.create(body, actor);
    if (created) answerCreated(response, 'next-actions', 'suppressions', suppression.id);
    else response.status(200);
    return suppression;
  }

  @Get(':id')
  @Requires('next-actions.read')
  @ApiOperation({
    operationId: 'getSuppression',
    summary: 'Get a suppression',
    description: 'With who set it, and whether it holds now.',
  })
  @ApiId
  @ApiOkResponse({ type: SuppressionAnswer })
  @ApiProblems('SUPPRESSION_NOT_FOUND')
  get(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<SuppressionAnswer> {
    return this.suppressions.get(id, actor);
  }

  @Patch(':id')
  @Requires('suppressions.write')
  @ApiOperation({
    operationId: 'changeSuppression',
    summary: 'Change the end or the reason of a suppression',
    description:
      'What is left out stays. for counts from now. One that is for good, for over 90 days or for more than one scope takes the permission suppressions.forever.',
  })
  @ApiId
  @ApiOkResponse({ type: SuppressionAnswer })
  @ApiProblems('SUPPRESSION_NOT_FOUND', 'SUPPRESSION_ENDED')
  change(
    @Param('id') id: string,
    @Body() body: ChangeSuppression,
    @CurrentActor() actor: Actor,
  ): Promise<SuppressionAnswer> {
    return this.suppressions.change(id, body, actor);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('suppressions.write')
  @ApiOperation({
    operationId: 'deleteSuppression',
    summary: 'Lift a suppression',
    description:
      'It ends at once, and the next run suggests again; cool-downs still hold. It stays on the list as ended. Repeating it is a success.',
  })
  @ApiId
  @ApiNoContentResponse({ description: 'Lifted.' })
  @ApiProblems('SUPPRESSION_NOT_FOUND')
  lift(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<void> {
    return this.suppressions.lift(id, actor);
  }
}
