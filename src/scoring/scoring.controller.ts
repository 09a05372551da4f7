import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../http/access/requires.js';
import { CurrentActor } from '../http/access/current-actor.js';
import { type Actor } from '../kernel/actor.js';
import { CursorQuery } from '../http/paging/cursor-page.js';
import { ApiProblems, RATE_LIMIT_HEADERS } from '../http/problems/api-problems.js';
import { scopeFor } from '../kernel/grants.js';
import { ScopeFields, ScopePath } from '../http/scope.dto.js';
import { RateLimited } from '../rate-limit/rate-limits.js';
import { type ComputedScore } from './score-snapshot.js';
import { ComputedScoreAnswer, ScoreAnswer } from './scoring.dto.js';
import { ScoringService } from './scoring.service.js';

@ApiTags('scores')
@Controller('scores')
export class ScoringController {
  constructor(private readonly scoring: ScoringService) {}

  @Post('compute')
  @Requires('scores.compute')
  @HttpCode(200)
  @RateLimited('run')
  @ApiOperation({
    operationId: 'computeScore',
    summary: 'Compute a scope’s score',
    description:
      'Counts the open items, stores the score and returns how it changed. Ten a minute per client.',
  })
  @ApiOkResponse({ type: ComputedScoreAnswer, headers: RATE_LIMIT_HEADERS })
  @ApiProblems('SCOPE_NOT_FOUND', 429)
  compute(@Body() body: ScopeFields, @CurrentActor() actor: Actor): Promise<ComputedScore> {
    return this.scoring.compute(scopeFor(body, actor), actor);
  }

  @Get(':entityType/:entityId')
  @Requires('scores.read')
  @ApiOperation({
    operationId: 'getScore',
    summary: 'Get a scope’s score',
    description:
      'The newest with its factors and reasons, and a page of its history, newest first.',
  })
  @ApiOkResponse({ type: ScoreAnswer })
  @ApiProblems('SCORE_NOT_FOUND')
  get(
    @Param() scope: ScopePath,
    @Query() query: CursorQuery,
    @CurrentActor() actor: Actor,
  ): Promise<ScoreAnswer> {
    return this.scoring.get(scopeFor(scope, actor), query, actor);
  }
}
