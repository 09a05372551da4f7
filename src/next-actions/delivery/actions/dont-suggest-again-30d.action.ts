import { dismissNextAction } from '../../model/next-action.changes.js';
import { endOfLength } from '../../suppressions/suppression-terms.js';
import { SuppressionsService } from '../../suppressions/suppressions.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

const LABEL = "Don't suggest again (30 days)";

/** Dismisses the NBA and suppresses the rule that made it in its scope; one without a rule is dismissed. */
@DeliveryAction({
  key: 'dont_suggest_again_30d',
  aliases: ['don_t_suggest_again_30d'],
  label: LABEL,
  confirm: 'Dismiss this action and not suggest it again for 30 days?',
  style: 'danger',
  appliesTo: ({ createdByRule }) => createdByRule !== null,
})
export class DontSuggestAgain30dAction implements DeliveryActionHandler {
  constructor(private readonly suppressions: SuppressionsService) {}

  async run({ nextAction, actor, now, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const { entityType, entityId, createdByRule: ruleKey } = nextAction;
    const changes = dismissNextAction(now);
    if (ruleKey === null) return { changes, meta: { ruleKey, suppressedUntil: null } };
    const suppressedUntil = endOfLength('30d', now);
    const reason = `${LABEL}: ${nextAction.title}`;
    const request = { scope: { entityType, entityId }, key: { ruleKey }, until: suppressedUntil };
    await this.suppressions.suppress(tx, { ...request, reason }, actor);
    return { changes, meta: { ruleKey, suppressedUntil } };
  }
}
