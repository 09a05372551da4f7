import { NextActionRunsService } from '../../rules/next-action-runs.service.js';
import { NEXT_ACTION_RULE_KEYS } from '../../model/rule-keys.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Regenerates the NBAs of the NBA's scope; the one that was pressed is not expired by its own press. */
@DeliveryAction({
  key: 'run_next_actions',
  label: 'Run next actions',
  appliesTo: { rules: NEXT_ACTION_RULE_KEYS },
})
export class RunNextActionsAction implements DeliveryActionHandler {
  constructor(private readonly runs: NextActionRunsService) {}

  async run({ nextAction, actor, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const { id, entityType, entityId } = nextAction;
    return {
      meta: { ...(await this.runs.runNextActions(tx, { entityType, entityId }, actor, id)) },
    };
  }
}
