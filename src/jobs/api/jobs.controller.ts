import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../auth/current-user.js';
import { type Actor } from '../../kernel/actor.js';
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
    summary: 'Jobs, newest first',
    description:
      'Completed and cancelled jobs are listed for 3 days, dead-lettered ones for 30. Payloads are shown without secrets.',
  })
  @ApiOkResponse({ type: JobPage })
  @ApiProblems(400)
  list(@Query() query: ListJobsQuery, @CurrentActor() actor: Actor): Promise<JobPage> {
    return this.jobs.list(query, actor);
  }

  @Get('summary')
  @ApiOperation({ summary: 'Count the jobs in each state' })
  @ApiOkResponse({ type: JobSummary })
  summary(@CurrentActor() actor: Actor): Promise<JobSummary> {
    return this.jobs.summary(actor);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get one, with its attempts (tries) and its last error' })
  @ApiId
  @ApiOkResponse({ type: JobDetailAnswer })
  @ApiProblems(404)
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
  @ApiProblems(404, 409)
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
  @ApiProblems(404, 409)
  cancel(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<JobDetailAnswer> {
    return this.jobs.cancel(id, actor);
  }
}
