import { LeadPipelineService } from '../../../leads/lead-pipeline.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Scores the unscored leads of the NBA's scope, up to 500. */
@DeliveryAction({
  key: 'run_lead_pipeline',
  label: 'Score new leads',
  appliesTo: { rules: ['intake_leads_unscored'], sourceTypes: ['intake_lead'] },
  refresh: true,
})
export class RunLeadPipelineAction implements DeliveryActionHandler {
  constructor(private readonly pipeline: LeadPipelineService) {}

  async run({ nextAction, actor, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const { entityType, entityId } = nextAction;
    const outcome = await this.pipeline.runLeadPipeline(tx, { entityType, entityId }, actor);
    return { meta: { ...outcome } };
  }
}
