import { CreateFoundation1795000000000 } from '../migrations/1795000000000-CreateFoundation.js';
import { CreateJobAttempts1795000200000 } from '../migrations/1795000200000-CreateJobAttempts.js';
import { User } from './auth/user.entity.js';
import { type Schema } from './database/data-source.js';
import { OpsEvent } from './events/ops-event.entity.js';
import { JobAttempt } from './jobs/job-attempt.entity.js';
import { NextActionExecution } from './next-actions/delivery/next-action-execution.entity.js';
import { NextBestAction } from './next-actions/next-best-action.entity.js';

/** Every table's entity and every migration, in order: for the application and the migration CLI. */
export const schema = {
  entities: [User, NextBestAction, NextActionExecution, OpsEvent, JobAttempt],
  migrations: [CreateFoundation1795000000000, CreateJobAttempts1795000200000],
} satisfies Schema;
