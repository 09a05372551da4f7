import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../http/access/requires.js';
import { CurrentActor } from '../http/access/current-actor.js';
import { type Actor } from '../kernel/actor.js';
import { CursorQuery } from '../http/paging/cursor-page.js';
import { ApiProblems, RATE_LIMIT_HEADERS } from '../http/problems/api-problems.js';
import { scopeFor } from '../kernel/grants.js';
import { ScopeFields } from '../http/scope.dto.js';
import { RateLimited } from '../rate-limit/rate-limits.js';
import { ScoreHistory } from '../scoring/scoring.dto.js';
import { type Lead, type LeadPipelineOutcome } from './lead.js';
import { RefreshQuery } from '../work-items/refresh.dto.js';
import { LeadPipelineService } from './lead-pipeline.service.js';
import { LeadAnswer, LeadKey, LeadPipelineAnswer } from './leads.dto.js';
import { LeadsService } from './leads.service.js';

@ApiTags('leads')
@Controller('leads')
export class LeadsController {
  constructor(
    private readonly leads: LeadsService,
    private readonly pipeline: LeadPipelineService,
  ) {}

  @Post('pipeline/run')
  @Requires('leads.score')
  @HttpCode(200)
  @RateLimited('run')
  @ApiOperation({
    operationId: 'runLeadPipeline',
    summary: 'Score the unscored leads of a scope',
    description:
      'Up to 500 per call, earliest dueAt first; call again for the rest. A lead that cannot be scored does not affect the others. Two concurrent runs score no lead twice.',
  })
  @ApiOkResponse({ type: LeadPipelineAnswer, headers: RATE_LIMIT_HEADERS })
  @ApiProblems('SCOPE_NOT_FOUND', 429)
  run(
    @Body() body: ScopeFields,
    @Query() query: RefreshQuery,
    @CurrentActor() actor: Actor,
  ): Promise<LeadPipelineOutcome> {
    return this.pipeline.run(scopeFor(body, actor), actor, query);
  }

  @Get(':externalId')
  @Requires('leads.read')
  @ApiOperation({
    summary: 'Get a lead with its newest score',
    description: 'The score is null before the first.',
  })
  @ApiOkResponse({ type: LeadAnswer })
  @ApiProblems('LEAD_NOT_FOUND')
  get(@Param() { externalId }: LeadKey, @CurrentActor() actor: Actor): Promise<Lead> {
    return this.leads.get(externalId, actor);
  }

  @Get(':externalId/scores')
  @Requires('leads.read')
  @ApiOperation({
    operationId: 'listLeadScores',
    summary: 'List the scores of a lead, newest first',
    description: 'They are deleted with the lead.',
  })
  @ApiOkResponse({ type: ScoreHistory })
  @ApiProblems('LEAD_NOT_FOUND')
  scores(
    @Param() { externalId }: LeadKey,
    @Query() query: CursorQuery,
    @CurrentActor() actor: Actor,
  ): Promise<ScoreHistory> {
    return this.leads.scores(externalId, query, actor);
  }

  @Post(':externalId/score')
  @Requires('leads.score')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Score a lead',
    description:
      'By its attributes; the reasons name missing ones. A new lead becomes scored, a lead in a later state keeps it. Scoring it again adds a score to its history.',
  })
  @ApiOkResponse({ type: LeadAnswer })
  @ApiProblems('LEAD_NOT_FOUND', 'LEAD_NOT_OPEN')
  score(
    @Param() { externalId }: LeadKey,
    @Query() query: RefreshQuery,
    @CurrentActor() actor: Actor,
  ): Promise<Lead> {
    return this.leads.score(externalId, actor, query);
  }
}
