import { type Actor, causedBy } from '../kernel/actor.js';
import { type Scope } from '../kernel/scope.js';
import { type Transaction } from '../database/transactions/transaction.js';

/** An item that a push created or changed. */
export interface PushedChange extends Scope {
  readonly id: string;
  readonly kind: string;
  readonly externalId: string;
  readonly created: boolean;
  /** The scope that the push moved it out of; both null if it did not. */
  readonly fromType: string | null;
  readonly fromId: string | null;
}

/** What happened to so many items of one scope. */
export type ScopeChange = Omit<PushedChange, 'id' | 'kind' | 'externalId'> & {
  readonly count: number;
};

interface Counts {
  created: number;
  updated: number;
  movedAway: number;
}

type Publishing = Pick<Transaction, 'publish'>;

/** The change of a single push: its event names the item. Nothing is published of an unchanged item. */
export function publishPush(tx: Publishing, change: PushedChange | undefined, actor: Actor): void {
  if (!change) return;
  const { id, kind, externalId } = change;
  for (const [scope, counts] of countsByScope([change])) {
    tx.publish('work_item.pushed', {
      ...by(actor),
      sourceType: 'work_item',
      sourceId: id,
      scope,
      meta: { ...scope, ...counts, kind, externalId },
    });
  }
}

/** The changes of many: one event per scope, with counts. */
export function publishPushes(
  tx: Publishing,
  changes: readonly (PushedChange | ScopeChange)[],
  actor: Actor,
): void {
  for (const [scope, counts] of countsByScope(changes)) {
    tx.publish('work_item.pushed', {
      ...by(actor),
      sourceType: 'scope',
      sourceId: null,
      scope,
      meta: { ...scope, ...counts },
    });
  }
}

/** A deleted item. */
export function publishDeletion(
  tx: Publishing,
  { id, kind, externalId, entityType, entityId }: DeletedItem,
  actor: Actor,
): void {
  const scope = { entityType, entityId };
  tx.publish('work_item.deleted', {
    ...by(actor),
    sourceType: 'work_item',
    sourceId: id,
    scope,
    meta: { ...scope, kind, externalId },
  });
}

/** The key and scope of an item that was deleted. */
export type DeletedItem = Omit<PushedChange, 'created' | 'fromType' | 'fromId'>;

/** The scopes that changes concern: those of the items, and those that items were moved out of. */
export function scopesOf(changes: readonly (PushedChange | ScopeChange)[]): Scope[] {
  return [...countsByScope(changes)].map(([scope]) => scope);
}

function by(actor: Actor) {
  return { ...causedBy(actor), status: 'success' } as const;
}

function countsByScope(
  changes: readonly (PushedChange | ScopeChange)[],
): Iterable<[Scope, Counts]> {
  const found = new Map<string, [Scope, Counts]>();
  const countsOf = (entityType: string, entityId: string): Counts => {
    const key = `${entityType}/${entityId}`;
    const known = found.get(key) ?? [{ entityType, entityId }, noCounts()];
    found.set(key, known);
    return known[1];
  };
  for (const change of changes) {
    const { entityType, entityId, created, fromType, fromId } = change;
    const count = 'count' in change ? change.count : 1;
    countsOf(entityType, entityId)[created ? 'created' : 'updated'] += count;
    if (fromType !== null && fromId !== null) countsOf(fromType, fromId).movedAway += count;
  }
  return found.values();
}

function noCounts(): Counts {
  return { created: 0, updated: 0, movedAway: 0 };
}
