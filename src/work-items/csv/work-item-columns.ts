import { type WorkItem } from '../work-item.js';

/** The columns of an item in CSV that an import reads; every other one is an attribute. */
export const IMPORTED_COLUMNS = [
  'kind',
  'externalId',
  'entityType',
  'entityId',
  'state',
  'priority',
  'title',
  'dueAt',
  'occurredAt',
  'attributes',
] as const satisfies readonly (keyof WorkItem)[];

/** The columns that an export has besides them; an import ignores them. */
export const COMPUTED_COLUMNS = [
  'id',
  'open',
  'scoredAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof WorkItem)[];

export type ImportedColumn = (typeof IMPORTED_COLUMNS)[number];

/** The columns of an export, in their order. */
export const EXPORTED_COLUMNS = [...IMPORTED_COLUMNS, ...COMPUTED_COLUMNS];
