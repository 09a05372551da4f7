import { SYSTEM_ACTOR } from '../kernel/actor.js';
import { JobHandler, type JobContext, type JobRunner } from '../jobs/handlers/job-handler.js';
import { type ScopePayload } from '../jobs/handlers/job-types.js';
import { RiskRunsService } from './risk-runs.service.js';

/** Runs the risk rules of a scope outside a request. A second run changes nothing. */
@JobHandler('risk.run_rules')
export class RiskRunRulesHandler implements JobRunner<'risk.run_rules'> {
  constructor(private readonly runs: RiskRunsService) {}

  async handle({ payload }: JobContext<ScopePayload>): Promise<void> {
    await this.runs.run(payload, SYSTEM_ACTOR);
  }
}
