import { SYSTEM_ACTOR } from '../kernel/actor.js';
import { JobHandler, type JobContext, type JobRunner } from '../jobs/handlers/job-handler.js';
import { type ScopePayload } from '../jobs/handlers/job-types.js';
import { ScoringService } from './scoring.service.js';

/** Scores a scope on a schedule. A repeated run confirms the snapshot of the first. */
@JobHandler('score.compute')
export class ScoreComputeHandler implements JobRunner<'score.compute'> {
  constructor(private readonly scoring: ScoringService) {}

  async handle({ payload }: JobContext<ScopePayload>): Promise<void> {
    await this.scoring.computeOrConfirm(payload, SYSTEM_ACTOR);
  }
}
