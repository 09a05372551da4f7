import { assertBodyShape } from '../http/request/body-shape.js';
import { invalidField } from '../kernel/errors/domain-error.js';
import { mergePatch } from '../kernel/merge-patch.js';
import { type Priority } from '../kernel/priority.js';
import { type PushedWorkItem, type WorkItem } from './work-item.js';

/** Largest `attributes` of an item that grows by patches, in characters of JSON: as much as a push can send. */
export const MAX_ATTRIBUTES = 1024 * 1024;

/** The fields of an item that a client changes. What is left out stays; null is the default. */
export interface WorkItemChanges {
  readonly entityType?: string;
  readonly entityId?: string;
  readonly state?: string;
  readonly priority?: Priority | null;
  readonly title?: string;
  readonly dueAt?: string | null;
  readonly occurredAt?: string | null;
  /** A merge patch: null removes an attribute. */
  readonly attributes?: object;
}

/**
 * The item with the changes, as a push. Throws a 400 where the attributes would have more keys or levels
 * than a body may have, or be larger than MAX_ATTRIBUTES.
 */
export function patched(item: WorkItem, changes: WorkItemChanges): PushedWorkItem {
  return {
    kind: item.kind,
    externalId: item.externalId,
    // A push without a scope keeps that of the item.
    entityType: changes.entityType,
    entityId: changes.entityId,
    state: changes.state ?? item.state,
    priority: changes.priority === undefined ? item.priority : (changes.priority ?? undefined),
    title: changes.title ?? item.title,
    dueAt: changes.dueAt === undefined ? (item.dueAt?.toISOString() ?? null) : changes.dueAt,
    occurredAt: changes.occurredAt ?? null,
    attributes:
      changes.attributes === undefined
        ? item.attributes
        : mergedAttributes(item.attributes, changes.attributes),
  };
}

function mergedAttributes(current: object, patch: object): object {
  const attributes = mergePatch(current, patch) as object;
  assertBodyShape({ attributes });
  if (JSON.stringify(attributes).length > MAX_ATTRIBUTES) {
    const message = `attributes must have at most ${MAX_ATTRIBUTES / 1024} kB together`;
    throw invalidField('attributes', message);
  }
  return attributes;
}
