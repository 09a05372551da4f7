import { dismissNextAction } from '../../model/next-action.changes.js';
import { SuppressionsService } from '../../suppressions/suppressions.service.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
  type UndoContext,
  type UndoOutcome,
} from '../delivery-action.js';

/** 30 days of 24 hours, in ms. */
const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;

/** The meta of a press, as it is read from the record. */
interface SuppressionMeta {
  readonly ruleKey?: string | null;
  readonly suppressedUntil?: string | null;
  readonly suppressedBefore?: string;
}

/** Dismisses the NBA and suppresses the rule that made it in its scope; one without a rule is dismissed. */
@DeliveryAction({
  key: 'dont_suggest_again_30d',
  label: "Don't suggest again (30 days)",
  confirm: 'Dismiss this action and not suggest it again for 30 days?',
  style: 'danger',
})
export class DontSuggestAgain30dAction implements DeliveryActionHandler {
  constructor(private readonly suppressions: SuppressionsService) {}

  async run({ nextAction, actor, now, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const { entityType, entityId, createdByRule: ruleKey } = nextAction;
    const changes = dismissNextAction(now);
    if (ruleKey === null) return { changes, meta: { ruleKey, suppressedUntil: null } };
    const suppressedUntil = new Date(now.getTime() + THIRTY_DAYS_MS);
    const before = await this.suppressions.suppress(
      tx,
      { entityType, entityId },
      ruleKey,
      suppressedUntil,
      actor,
    );
    return {
      changes,
      meta: { ruleKey, suppressedUntil, ...(before ? { suppressedBefore: before } : {}) },
    };
  }

  /** Lifts the suppression. */
  async undo({ nextAction, undone, tx }: UndoContext): Promise<UndoOutcome> {
    const { entityType, entityId } = nextAction;
    const { ruleKey, suppressedUntil, suppressedBefore }: SuppressionMeta = undone.meta;
    if (!ruleKey || !suppressedUntil) return {};
    const before = suppressedBefore === undefined ? null : new Date(suppressedBefore);
    const scope = { entityType, entityId };
    await this.suppressions.lift(tx, scope, ruleKey, new Date(suppressedUntil), before);
    return { meta: { ruleKey, suppressedUntil: before } };
  }
}
