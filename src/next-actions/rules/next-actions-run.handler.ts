import { SYSTEM_ACTOR } from '../../kernel/actor.js';
import { JobHandler, type JobContext, type JobRunner } from '../../jobs/handlers/job-handler.js';
import { type ScopePayload } from '../../jobs/handlers/job-types.js';
import { NextActionRunsService } from './next-action-runs.service.js';

/** Regenerates the NBAs of a scope outside a request. A second run changes nothing. */
@JobHandler('next_actions.run')
export class NextActionsRunHandler implements JobRunner<'next_actions.run'> {
  constructor(private readonly runs: NextActionRunsService) {}

  async handle({ payload }: JobContext<ScopePayload>): Promise<void> {
    await this.runs.run(payload, SYSTEM_ACTOR);
  }
}
