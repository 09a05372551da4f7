import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../http/access/requires.js';
import { CurrentActor } from '../http/access/current-actor.js';
import { CursorQuery } from '../http/paging/cursor-page.js';
import { ApiProblems } from '../http/problems/api-problems.js';
import { scopeFor } from '../kernel/grants.js';
import { ScopePath } from '../http/scope.dto.js';
import { type Actor } from '../kernel/actor.js';
import { PeoplePage, ScopePage } from './scopes.dto.js';
import { ScopesService } from './scopes.service.js';

@ApiTags('scopes')
@Controller('scopes')
export class ScopesController {
  constructor(private readonly scopes: ScopesService) {}

  @Get()
  @Requires('scopes.read')
  @ApiOperation({
    summary: 'List the scopes, with what waits in each',
    description:
      'Every scope that the caller may see and that has next best actions, risk flags or work items, by type and id. What is snoozed is not counted.',
  })
  @ApiOkResponse({ type: ScopePage })
  @ApiProblems(400)
  list(@Query() query: CursorQuery, @CurrentActor() actor: Actor): Promise<ScopePage> {
    return this.scopes.list(query, actor);
  }

  @Get(':entityType/:entityId/people')
  @Requires('next-actions.read')
  @ApiOperation({
    operationId: 'listPeople',
    summary: 'List the people of a scope',
    description:
      'The enabled users to whom a next best action of the scope may be assigned: those who may see it and press, by name.',
  })
  @ApiOkResponse({ type: PeoplePage })
  @ApiProblems(400)
  people(
    @Param() path: ScopePath,
    @Query() query: CursorQuery,
    @CurrentActor() actor: Actor,
  ): Promise<PeoplePage> {
    const { entityType, entityId } = scopeFor(path, actor);
    return this.scopes.people({ entityType, entityId }, query, actor);
  }
}
