import { type Schemas } from '../../api/client.js';
import { scopeName } from '../../next-action/scope-name.js';
import { type WorkItem } from '../../work-item/kinds.js';
import { mergePatchOf } from './merge-patch.js';

/** What the form of an item shows, as texts of its controls. */
export interface ItemForm {
  readonly title: string;
  readonly state: string;
  readonly priority: string;
  /** In the zone of the reader, to the minute; empty for none. */
  readonly due: string;
  readonly scope: string;
  /** As JSON. */
  readonly attributes: string;
}

export type ItemChanges = Partial<Schemas['PatchWorkItemBody']>;

/** What is wrong with the form. */
export class FormFault extends Error {}

export function formOf(item: WorkItem): ItemForm {
  return {
    title: item.title,
    state: item.state,
    priority: item.priority,
    due: item.dueAt === null ? '' : localTime(item.dueAt),
    scope: `${item.entityType}/${item.entityId}`,
    attributes: JSON.stringify(item.attributes, null, 2),
  };
}

/**
 * The fields that were changed, as the body of a PATCH: what the form does not show, and what somebody else changes
 * meanwhile, stays. Throws a FormFault for what can't be sent.
 */
export function changesOf(item: WorkItem, form: ItemForm): ItemChanges {
  const before = formOf(item);
  const changes: ItemChanges = {};
  if (form.title !== before.title) changes.title = form.title;
  if (form.state !== before.state) changes.state = form.state as NonNullable<ItemChanges['state']>;
  if (form.priority !== before.priority) {
    changes.priority = form.priority as NonNullable<ItemChanges['priority']>;
  }
  if (form.due !== before.due) {
    changes.dueAt = form.due === '' ? null : new Date(form.due).toISOString();
  }
  if (form.scope !== before.scope) Object.assign(changes, scopeOf(form.scope));
  if (form.attributes !== before.attributes) {
    const attributes = mergePatchOf(item.attributes, attributesOf(form.attributes));
    if (Object.keys(attributes).length > 0) changes.attributes = attributes;
  }
  return changes;
}

/** What is said when the changes are stored. */
export function changeText(item: WorkItem, changes: ItemChanges): string {
  const moved = changes.entityType !== undefined;
  return `“${item.title}” ${moved ? `moved to ${scopeName(item)}` : 'changed'}`;
}

function scopeOf(text: string): { entityType: string; entityId: string } {
  const end = text.indexOf('/');
  const [entityType, entityId] = [text.slice(0, end).trim(), text.slice(end + 1).trim()];
  if (end < 1 || entityId === '') {
    throw new FormFault('A scope is its type and its id, such as account/acme.');
  }
  return { entityType, entityId };
}

function attributesOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch (error) {
    throw new FormFault(`The attributes are no JSON: ${String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormFault('The attributes must be an object, such as {"budget": 5000}.');
  }
  return value as Record<string, unknown>;
}

/** As an input of the type `datetime-local` has it. */
function localTime(iso: string): string {
  const at = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  const date = [
    String(at.getFullYear()).padStart(4, '0'),
    two(at.getMonth() + 1),
    two(at.getDate()),
  ];
  return `${date.join('-')}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
