import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../http/access/public.js';
import { ApiProblems } from '../http/problems/api-problems.js';
import { Readiness } from './readiness.js';

/** Answer of a health probe. */
export class HealthAnswer {
  @ApiProperty({ enum: ['ok'] })
  status!: 'ok';
}

// A load balancer sends probes often, and shares its address with the clients behind it.
@ApiTags('health')
@Public()
@SkipThrottle()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({
    operationId: 'checkLiveness',
    summary: 'Check that the process runs',
    description: 'It asks nothing else: no database, no worker, no token.',
  })
  @ApiOkResponse({ type: HealthAnswer })
  live(): HealthAnswer {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'checkReadiness',
    summary: 'Check that the process accepts requests',
    description:
      '503 while the database is not available, while the worker of this process does not run, and once the process is stopping.',
  })
  @ApiOkResponse({ type: HealthAnswer })
  @ApiProblems('DATABASE_READ_ONLY', 'WORKER_UNAVAILABLE', 'SHUTTING_DOWN')
  async ready(): Promise<HealthAnswer> {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
