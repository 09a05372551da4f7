import { uuidv7 } from 'uuidv7';
import { grantOf } from '../database/sql/scope-condition.js';
import { type Actor } from '../kernel/actor.js';
import { NotFoundError } from '../kernel/errors/domain-error.js';
import { ownScope } from '../kernel/grants.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { foldedTexts } from '../kernel/search-text.js';
import { type Scope, scopeOf } from '../kernel/scope.js';
import { PUSH } from './push.sql.js';
import { type PushedChange } from './work-item.events.js';
import { isOpenState } from './work-item-kinds.js';
import { type PushedWorkItem } from './work-item.js';

/** Another push created an item while this one looked for it: its transaction must run again. */
export class PushRacedError extends Error {
  constructor() {
    super('Another push created an item at the same time.');
    this.name = 'PushRacedError';
  }
}

/** The key of an item. */
export type WorkItemKeyOf = Pick<PushedWorkItem, 'kind' | 'externalId'>;

/** 404: items lie in a scope that the actor may not see, or would be moved to one. Nothing was written. */
export class OutOfScopeError extends NotFoundError {
  constructor(readonly items: readonly WorkItemKeyOf[]) {
    super('SCOPE_NOT_FOUND', `The work item ${OUT_OF_SCOPE}.`);
  }
}

/** What is wrong with such an item. */
export const OUT_OF_SCOPE = 'names or lies in a scope that you may not see';

/**
 * Writes the items and returns those that it created or updated. Throws a PushRacedError, and an
 * OutOfScopeError.
 */
export async function push(
  tx: Transaction,
  pushed: readonly PushedWorkItem[],
  actor: Actor,
): Promise<PushedChange[]> {
  return pushRecords(tx, listOf(pushed.map(recordOf)), actor);
}

/** Writes items that are records already, like {@link push}. */
export async function pushRecords(
  tx: Transaction,
  records: string,
  actor: Actor,
): Promise<PushedChange[]> {
  const results = await tx.query<PushedChange & { raced: boolean; denied: boolean }>(
    PUSH,
    pushValues(records, actor),
  );
  if (results.some(({ raced }) => raced)) throw new PushRacedError();
  assertInScope(results.filter((result) => result.denied) as unknown as WorkItemKeyOf[]);
  return results;
}

/** Throws an OutOfScopeError if any items were denied. */
export function assertInScope(denied: readonly WorkItemKeyOf[]): void {
  if (denied.length > 0) throw new OutOfScopeError(denied);
}

/** The parameters of the statements of a push: the items, and in which scopes its actor may be. */
export function pushValues(items: string, actor: Actor): unknown[] {
  const { entityType, entityId } = ownScope(actor);
  return [items, grantOf(actor), entityType, entityId];
}

/** Whether a transaction of a push must run again after an error. */
export function isRaced(error: unknown): boolean {
  return error instanceof PushRacedError;
}

/** An item as the statements read it: JSON with defaults filled in and times in UTC. */
export function recordOf(item: PushedWorkItem): string {
  return JSON.stringify({
    id: uuidv7(),
    kind: item.kind,
    externalId: item.externalId,
    ...namedScope(item),
    state: item.state,
    open: isOpenState(item.kind, item.state),
    priority: item.priority ?? 'medium',
    title: item.title,
    dueAt: item.dueAt == null ? null : new Date(item.dueAt),
    occurredAt: item.occurredAt == null ? null : new Date(item.occurredAt),
    attributes: item.attributes ?? {},
    searchText: foldedTexts(item.title, item.externalId),
  });
}

/** The list of records that a statement takes. */
export function listOf(records: readonly string[]): string {
  return `[${records.join(',')}]`;
}

/** The scope that an item names: a type or an id is enough. */
function namedScope({ entityType, entityId }: PushedWorkItem): Partial<Scope> {
  return entityType == null && entityId == null ? {} : scopeOf({ entityType, entityId });
}
