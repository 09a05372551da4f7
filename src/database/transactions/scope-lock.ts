import { RULE_RUNS } from '../../kernel/observation/operations.js';
import { type Scope } from '../../kernel/scope.js';
import { type Statement, type Transaction } from './transaction.js';

/** Kinds of work of which one at a time runs in a scope. */
export type ScopeWork = 'score' | 'risk' | 'next_actions';

/**
 * Takes the lock of one kind of work in one scope until the transaction ends, and returns the time. A
 * separate statement, so that the next one takes its snapshot after the lock was granted and sees what the
 * last holder committed. Two scopes that share a hash merely wait for each other.
 */
const LOCK_SCOPE: Statement = {
  name: 'lock_scope',
  text: `
    SELECT date_trunc('milliseconds', clock_timestamp()) AS now
    FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) AS granted`,
};

/** The key of one kind of work in one scope. */
export function scopeWorkKey(work: ScopeWork, { entityType, entityId }: Scope): string {
  return `${work}:${entityType}:${entityId}`;
}

/**
 * Waits for the lock and does the work under it, with the database's time, to the millisecond: replicas agree
 * on it, and what is stored under one lock is in the order of its times.
 */
export function underScopeLock<T>(
  tx: Pick<Transaction, 'query'>,
  work: ScopeWork,
  scope: Scope,
  run: (now: Date) => Promise<T>,
): Promise<T> {
  return RULE_RUNS.run({ rules: work }, async () => {
    const [row] = await tx.query<{ now: Date }>(LOCK_SCOPE, [scopeWorkKey(work, scope)]);
    if (!row) throw new Error('The lock of a scope returned no row.');
    return run(row.now);
  });
}
