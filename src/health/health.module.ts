import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { JobsModule } from '../jobs/jobs.module.js';

/** Probes for whoever runs the process. */
@Module({
  imports: [JobsModule],
  controllers: [HealthController],
  providers: [Readiness],
  exports: [Readiness],
})
export class HealthModule {}
