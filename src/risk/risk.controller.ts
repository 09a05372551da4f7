import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Requires } from '../http/access/requires.js';
import { CurrentActor } from '../http/access/current-actor.js';
import { type Actor } from '../kernel/actor.js';
import { ApiProblems, RATE_LIMIT_HEADERS } from '../http/problems/api-problems.js';
import { scopeFor, scopesToRead } from '../kernel/grants.js';
import { ScopeFields, ScopeQuery } from '../http/scope.dto.js';
import { RateLimited } from '../rate-limit/rate-limits.js';
import { type RiskFlag } from './risk-flag.js';
import { RiskFlagsService } from './risk-flags.service.js';
import { RiskRunsService } from './risk-runs.service.js';
import {
  ListRiskFlagsQuery,
  PatchRiskFlagBody,
  RiskFlagAnswer,
  RiskFlagPage,
  RiskRunAnswer,
  RiskSummary,
} from './risk.dto.js';

@ApiTags('risk')
@Controller('risk')
export class RiskController {
  constructor(
    private readonly flags: RiskFlagsService,
    private readonly runs: RiskRunsService,
  ) {}

  @Get()
  @Requires('risk.read')
  @ApiOperation({
    operationId: 'listRiskFlags',
    summary: 'List the risk flags of a scope, or of several',
    description: 'The most severe first, then the newest. A flag is snoozed while its snooze runs.',
  })
  @ApiOkResponse({ type: RiskFlagPage })
  @ApiProblems(400)
  list(@Query() query: ListRiskFlagsQuery, @CurrentActor() actor: Actor): Promise<RiskFlagPage> {
    return this.flags.list(query, actor);
  }

  @Get('summary')
  @Requires('risk.read')
  @ApiOperation({
    operationId: 'getRiskSummary',
    summary: 'Count the risk flags of a scope, or of several',
    description: 'By status, and the open ones by severity.',
  })
  @ApiOkResponse({ type: RiskSummary })
  @ApiProblems(400)
  summary(@Query() query: ScopeQuery, @CurrentActor() actor: Actor): Promise<RiskSummary> {
    return this.flags.summary(scopesToRead(query, actor), actor);
  }

  @Post('run-rules')
  @Requires('risk.run')
  @HttpCode(200)
  @RateLimited('run')
  @ApiOperation({
    operationId: 'runRiskRules',
    summary: 'Run the risk rules in a scope',
    description:
      'Opens and updates flags, and resolves those whose condition is gone. Does not change a snoozed or dismissed flag. Opens a resolved one when its condition occurs anew after a run had found it gone, or when its severity rises.',
  })
  @ApiOkResponse({ type: RiskRunAnswer, headers: RATE_LIMIT_HEADERS })
  @ApiProblems('SCOPE_NOT_FOUND', 429)
  run(@Body() body: ScopeFields, @CurrentActor() actor: Actor): Promise<RiskRunAnswer> {
    return this.runs.run(scopeFor(body, actor), actor);
  }

  @Patch(':id')
  @Requires('risk.change')
  @ApiOperation({
    operationId: 'changeRiskFlag',
    summary: 'Snooze, resolve, dismiss or reopen a risk flag',
    description:
      'A snooze takes a preset or until. Resolved means dealt with: the next occurrence of the condition opens the flag anew. Dismissed means not of interest: it stays closed until it is reopened. Reopening a snoozed flag ends its snooze. Repeating any of them is a success.',
  })
  @ApiParam({ name: 'id', format: 'uuid', description: 'Id of the risk flag.' })
  @ApiOkResponse({ type: RiskFlagAnswer })
  @ApiProblems('RISK_FLAG_NOT_FOUND', 'RISK_FLAG_NOT_OPEN')
  change(
    @Param('id') id: string,
    @Body() body: PatchRiskFlagBody,
    @CurrentActor() actor: Actor,
  ): Promise<RiskFlag> {
    return this.flags.change(id, body, actor);
  }
}
