import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ENV, type Env } from '../config/env.js';
import { Boss } from './queue/pg-boss.adapter.js';
import { JobHandlerRegistry } from './handlers/job-handler.registry.js';
import { JobClaims } from './queue/job-claims.js';
import { JobWorker } from './worker/job-worker.js';
import { JobsController } from './api/jobs.controller.js';
import { JobsAdminService } from './api/jobs-admin.service.js';
import { JobsService } from './queue/jobs.service.js';
import { HttpModule } from '../http/http.module.js';

/** Work outside of requests: enqueueing, the worker and the operators' routes. */
@Module({
  imports: [HttpModule, DiscoveryModule],
  controllers: [JobsController],
  providers: [Boss, JobHandlerRegistry, JobClaims, JobsService, JobsAdminService, JobWorker],
  exports: [Boss, JobsService, JobWorker],
})
export class JobsModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly boss: Boss,
    private readonly worker: JobWorker,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** After every module has been set up: the queues are there before the first request comes in. */
  async onApplicationBootstrap(): Promise<void> {
    await this.boss.install();
    if (this.env.worker) this.worker.start();
  }

  /**
   * Before the pool closes, because running jobs need it. The worker stops first: otherwise it would start
   * jobs while cron stops, and they would be cut off.
   */
  async onModuleDestroy(): Promise<void> {
    const drained = this.worker.stop();
    try {
      await this.boss.stop();
    } finally {
      await drained;
    }
  }
}
