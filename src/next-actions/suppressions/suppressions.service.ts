import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { type Statement, type Transaction } from '../../database/transactions/transaction.js';

/** Suppresses a rule in a scope until $4; a longer suppression stays. */
const SUPPRESS_RULE: Statement = {
  name: 'suppress_next_action_rule',
  text: `
    INSERT INTO next_action_suppressions AS known (entity_type, entity_id, rule_key,
      suppressed_until, actor_id)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (entity_type, entity_id, rule_key) DO UPDATE SET
      suppressed_until = GREATEST(known.suppressed_until, excluded.suppressed_until),
      actor_id = excluded.actor_id, updated_at = now()`,
};

/** Rules that operators have suppressed. */
@Injectable()
export class SuppressionsService {
  /** Suppresses a rule in a scope until then; the next run expires what the rule has queued. */
  async suppress(
    tx: Pick<Transaction, 'execute'>,
    { entityType, entityId }: Scope,
    ruleKey: string,
    until: Date,
    actor: Actor,
  ): Promise<void> {
    await tx.execute(SUPPRESS_RULE, [entityType, entityId, ruleKey, until, actor.id]);
  }
}
