import { uuidv7 } from 'uuidv7';
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

/** Writes the items and returns those that it created or updated. Throws a PushRacedError. */
export async function push(
  tx: Transaction,
  pushed: readonly PushedWorkItem[],
): Promise<PushedChange[]> {
  return pushRecords(tx, listOf(pushed.map(recordOf)));
}

/** Writes items that are records already, like {@link push}. */
export async function pushRecords(tx: Transaction, records: string): Promise<PushedChange[]> {
  const changes = await tx.query<PushedChange & { raced: boolean }>(PUSH, [records]);
  if (changes.some(({ raced }) => raced)) throw new PushRacedError();
  return changes;
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
