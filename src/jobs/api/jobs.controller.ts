import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../auth/current-user.js';
import { type Actor } from '../../kernel/actor.js';
import { namedScopesOf } from '../../kernel/scope.js';
import { ScopeQuery } from '../../http/scope.dto.js';
import { ApiProblems } from '../../http/problems/api-problems.js';
import { JobsAdminService } from './jobs-admin.service.js';
import { JobDetailAnswer, JobPage, JobSummary, ListJobsQuery } from './jobs.dto.js';

const ApiId = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the job.' });

@ApiTags('jobs')
@Controller('jobs')
export class JobsController {
  constructor(private readonly jobs: JobsAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'List the jobs, newest first',
    description:
      'Completed and cancelled jobs are listed for 3 days, dead-lettered ones for 30. Payloads are shown without secrets. Without a scope, or with scope=*: the jobs of all scopes and of none.',
  })
  @ApiOkResponse({ type: JobPage })
  @ApiProblems(400)
  list(@Query() query: ListJobsQuery, @CurrentActor() actor: Actor): Promise<JobPage> {
    return this.jobs.list(query, actor);
  }

  @Get('summary')
  @ApiOperation({
    operationId: 'getJobsSummary',
    summary: 'Count the jobs in each state',
    description:
      'All of them, and those of each type that has any. Without a scope, or with scope=*: the jobs of all scopes and of none.',
  })
  @ApiOkResponse({ type: JobSummary })
  @ApiProblems(400)
  summary(@Query() query: ScopeQuery, @CurrentActor() actor: Actor): Promise<JobSummary> {
    return this.jobs.summary(namedScopesOf(query), actor);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get a job',
    description: 'With its attempts (tries) and its last error.',
  })
  @ApiId
  @ApiOkResponse({ type: JobDetailAnswer })
  @ApiProblems('JOB_NOT_FOUND')
  get(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<JobDetailAnswer> {
    return this.jobs.get(id, actor);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Run a dead-lettered or cancelled job again',
    description:
      'It is due at once and has all its attempts again. 409 in any other state, and if another job with its dedupe key, or the next tick of its schedule, already waits.',
  })
  @ApiId
  @ApiOkResponse({ type: JobDetailAnswer })
  @ApiProblems('JOB_NOT_FOUND', 'JOB_NOT_RETRYABLE', 'JOB_ALREADY_WAITING')
  retry(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<JobDetailAnswer> {
    return this.jobs.retry(id, actor);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Cancel a waiting job',
    description: 'Waiting for its first or a further attempt; 409 in any other state.',
  })
  @ApiId
  @ApiOkResponse({ type: JobDetailAnswer })
  @ApiProblems('JOB_NOT_FOUND', 'JOB_NOT_WAITING')
  cancel(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<JobDetailAnswer> {
    return this.jobs.cancel(id, actor);
  }
}
