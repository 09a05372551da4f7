import { statesOf, type WorkItemKind } from '../../../work-item/kinds.js';

/** The columns that an import knows; every other column is an attribute. Source: docs/work-items.md, "CSV in". */
export const COLUMNS = [
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
] as const;

const WEEK_MS = 7 * 86_400_000;

/** Cells of own columns are texts; the score of a lead needs numbers. */
const LEAD_ATTRIBUTES = {
  budget: 20_000,
  urgency: 'this_month',
  fit: 70,
  source: 'referral',
  email: 'ann@example.com',
  phone: '+44 20 7946 0000',
  contactName: 'Ann Example',
  need: 'A new website',
};

/** A file with the columns and one example row, which can be imported as it is. */
export function templateOf(kind: WorkItemKind, now: number): string {
  const row: Readonly<Record<(typeof COLUMNS)[number], string>> = {
    kind,
    externalId: 'example-1',
    // Empty: the scope that the import names.
    entityType: '',
    entityId: '',
    state: statesOf(kind)[0] ?? '',
    priority: 'medium',
    title: 'Replace this row',
    dueAt: new Date(now + WEEK_MS).toISOString().slice(0, 10),
    occurredAt: '',
    attributes: kind === 'intake_lead' ? JSON.stringify(LEAD_ATTRIBUTES) : '',
  };
  const lines = [COLUMNS.join(','), COLUMNS.map((name) => cellOf(row[name])).join(',')];
  return `${lines.join('\r\n')}\r\n`;
}

/** A cell as RFC 4180 quotes it. */
function cellOf(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
