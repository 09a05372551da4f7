import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { JobsModule } from '../jobs/jobs.module.js';

/** Health probes of the process. */
@Module({
  imports: [JobsModule],
  controllers: [HealthController],
  providers: [Readiness],
  exports: [Readiness],
})
export class HealthModule {}
