import { NextActionsService } from '../../model/next-actions.service.js';
import { NextActionRunsService } from '../../rules/next-action-runs.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** 30 days of 24 hours, in ms. */
const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;

/** Dismisses the NBA and silences the rule that made it in its scope; one without a rule is dismissed. */
@DeliveryAction({
  key: 'dont_suggest_again_30d',
  label: "Don't suggest again (30 days)",
  confirm: 'Dismiss this action and not suggest it again for 30 days?',
  style: 'danger',
})
export class DontSuggestAgain30dAction implements DeliveryActionHandler {
  constructor(
    private readonly nextActions: NextActionsService,
    private readonly runs: NextActionRunsService,
  ) {}

  async run({ nextAction, actor, now, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const { id, entityType, entityId, createdByRule: ruleKey } = nextAction;
    await this.nextActions.dismissNextAction(tx, id);
    if (ruleKey === null) return { meta: { status: 'dismissed', ruleKey, suppressedUntil: null } };
    const suppressedUntil = new Date(now.getTime() + THIRTY_DAYS_MS);
    await this.runs.suppressRule(tx, { entityType, entityId }, ruleKey, suppressedUntil, actor);
    return { meta: { status: 'dismissed', ruleKey, suppressedUntil } };
  }
}
