import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ENV, type Env } from '../config/env.js';
import { JobHandlerRegistry } from './handlers/job-handler.registry.js';
import { JobClaims } from './queue/job-claims.js';
import { JobWake } from './queue/job-wake.js';
import { JobWorker } from './worker/job-worker.js';
import { JobsController } from './api/jobs.controller.js';
import { JobsAdminService } from './api/jobs-admin.service.js';
import { JobsService } from './queue/jobs.service.js';
import { HttpModule } from '../http/http.module.js';

/** Work outside of requests: enqueueing, the worker and the operators' routes. */
@Module({
  imports: [HttpModule, DiscoveryModule],
  controllers: [JobsController],
  providers: [JobHandlerRegistry, JobWake, JobClaims, JobsService, JobsAdminService, JobWorker],
  exports: [JobHandlerRegistry, JobsService, JobWorker],
})
export class JobsModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly worker: JobWorker,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** After every module has been set up: a job may use all of them. */
  onApplicationBootstrap(): void {
    if (this.env.worker) this.worker.start();
  }

  /** Before the pool closes, because running jobs need it. */
  async onModuleDestroy(): Promise<void> {
    await this.worker.stop();
  }
}
