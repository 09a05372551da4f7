import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../auth/current-user.js';
import { CursorQuery } from '../http/paging/cursor-page.js';
import { ApiProblems } from '../http/problems/api-problems.js';
import { type Actor } from '../kernel/actor.js';
import { ScopePage } from './scopes.dto.js';
import { ScopesService } from './scopes.service.js';

@ApiTags('scopes')
@Controller('scopes')
export class ScopesController {
  constructor(private readonly scopes: ScopesService) {}

  @Get()
  @ApiOperation({
    summary: 'List the scopes, with what waits in each',
    description:
      'Every scope that has next best actions, risk flags or work items, by type and id. What is snoozed is not counted.',
  })
  @ApiOkResponse({ type: ScopePage })
  @ApiProblems(400)
  list(@Query() query: CursorQuery, @CurrentActor() actor: Actor): Promise<ScopePage> {
    return this.scopes.list(query, actor);
  }
}
