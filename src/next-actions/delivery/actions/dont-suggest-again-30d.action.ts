import { dismissNextAction } from '../../model/next-action.changes.js';
import { endOfLength } from '../../suppressions/suppression-terms.js';
import { SuppressionsService } from '../../suppressions/suppressions.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
  type UndoContext,
  type UndoOutcome,
} from '../delivery-action.js';

const LABEL = "Don't suggest again (30 days)";

/** The meta of a press, as it is read from the record. */
interface SuppressionMeta {
  readonly suppressionId?: string;
  readonly suppressedUntil?: string | null;
  /** What it was before, where it held already. */
  readonly earlier?: { readonly until: string | null; readonly reason: string | null };
}

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
    const scope = { entityType, entityId };
    const until = endOfLength('30d', now);
    const request = { scope, key: { ruleKey }, until, reason: `${LABEL}: ${nextAction.title}` };
    const before = await this.suppressions.holding(tx, request);
    const set = await this.suppressions.suppress(tx, request, actor);
    const meta = { ruleKey, suppressedUntil: until };
    if (!set) return { changes, meta };
    const earlier = before && { until: before.until, reason: before.reason };
    return { changes, meta: { ...meta, suppressionId: set.id, ...(earlier ? { earlier } : {}) } };
  }

  /** Lifts the suppression, or gives it the end that it had before. */
  async undo({ undone, tx, actor }: UndoContext): Promise<UndoOutcome> {
    const { suppressionId, suppressedUntil, earlier }: SuppressionMeta = undone.meta;
    if (suppressionId === undefined || suppressedUntil == null) return {};
    const until = new Date(suppressedUntil);
    const before = earlier
      ? { until: earlier.until === null ? null : new Date(earlier.until), reason: earlier.reason }
      : undefined;
    await this.suppressions.takeBack(tx, suppressionId, { until, before }, actor);
    return { meta: { suppressionId } };
  }
}
