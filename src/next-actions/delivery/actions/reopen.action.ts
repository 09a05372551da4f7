import { ERROR_CODES } from '../../../kernel/errors/error-codes.js';
import { reopenNextAction } from '../../model/next-action.changes.js';
import { duplicateQueued } from '../../model/next-action.errors.js';
import { type Statement } from '../../../database/transactions/transaction.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

const FIND_QUEUED: Statement = {
  name: 'find_queued_of_dedupe_key',
  text: `
    SELECT id FROM next_best_actions
    WHERE entity_type = $1 AND entity_id = $2 AND dedupe_key = $3 AND status = 'queued'`,
};

/**
 * Queues a closed NBA again. One that is queued under the same dedupe key is a 409, also if it comes at the
 * same moment: the unique index refuses the second of them.
 */
@DeliveryAction({
  key: 'reopen',
  label: 'Reopen',
  style: 'primary',
  worksOn: ['done', 'dismissed'],
  refusals: { DUPLICATE_QUEUED: ERROR_CODES.DUPLICATE_QUEUED },
  undo: true,
})
export class ReopenAction implements DeliveryActionHandler {
  async run({ nextAction, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const { entityType, entityId, dedupeKey } = nextAction;
    if (dedupeKey !== null) {
      const queued = await tx.query(FIND_QUEUED, [entityType, entityId, dedupeKey]);
      if (queued.length > 0) throw duplicateQueued();
    }
    return { changes: reopenNextAction() };
  }
}
