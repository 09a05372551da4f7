import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { type Statement, type Transaction } from '../../database/transactions/transaction.js';

/** Suppresses a rule in a scope until $4; a longer suppression stays. Returns until when it was before. */
const SUPPRESS_RULE: Statement = {
  name: 'suppress_next_action_rule',
  text: `
    WITH before AS (
      SELECT suppressed_until FROM next_action_suppressions
      WHERE entity_type = $1 AND entity_id = $2 AND rule_key = $3)
    INSERT INTO next_action_suppressions AS known (entity_type, entity_id, rule_key,
      suppressed_until, actor_id)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (entity_type, entity_id, rule_key) DO UPDATE SET
      suppressed_until = GREATEST(known.suppressed_until, excluded.suppressed_until),
      actor_id = excluded.actor_id, updated_at = now()
    RETURNING (SELECT suppressed_until FROM before) AS before`,
};

/** Ends the suppression of a rule in a scope that ends at $4, unless there was one before, which ends at $5. */
const LIFT: Statement = {
  name: 'lift_next_action_suppression',
  text: `
    WITH shortened AS (
      UPDATE next_action_suppressions SET suppressed_until = $5, updated_at = now()
      WHERE entity_type = $1 AND entity_id = $2 AND rule_key = $3 AND suppressed_until = $4
        AND $5::timestamptz IS NOT NULL)
    DELETE FROM next_action_suppressions
    WHERE entity_type = $1 AND entity_id = $2 AND rule_key = $3 AND suppressed_until = $4
      AND $5::timestamptz IS NULL`,
};

/** Rules that operators have suppressed. */
@Injectable()
export class SuppressionsService {
  /**
   * Suppresses a rule in a scope until then; the next run expires what the rule has queued. Returns until
   * when it was suppressed before, null if it was not.
   */
  async suppress(
    tx: Pick<Transaction, 'query'>,
    { entityType, entityId }: Scope,
    ruleKey: string,
    until: Date,
    actor: Actor,
  ): Promise<Date | null> {
    const values = [entityType, entityId, ruleKey, until, actor.id];
    const [known] = await tx.query<{ before: Date | null }>(SUPPRESS_RULE, values);
    return known?.before ?? null;
  }

  /**
   * Takes back a suppression until then: the rule suggests again, or is suppressed as long as before. One that
   * was changed since stays.
   */
  async lift(
    tx: Pick<Transaction, 'execute'>,
    { entityType, entityId }: Scope,
    ruleKey: string,
    until: Date,
    before: Date | null,
  ): Promise<void> {
    await tx.execute(LIFT, [entityType, entityId, ruleKey, until, before]);
  }
}
