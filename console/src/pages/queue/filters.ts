import { type ListFilter } from '../../api/queries.js';
import { type Priority } from '../../api/client.js';

/** The filters of the queue as the URL has them; an empty string is no filter. */
export interface Filters {
  readonly scope: string;
  readonly priority: Priority | '';
  readonly rule: string;
  /** `me`, `none` or the id of a user. */
  readonly assignee: string;
  readonly snoozed: 'only' | 'all' | '';
  readonly text: string;
}

export const NO_FILTERS: Filters = {
  scope: '',
  priority: '',
  rule: '',
  assignee: '',
  snoozed: '',
  text: '',
};

export const PRIORITIES: readonly Priority[] = ['critical', 'high', 'medium', 'low'];

const PARAMETERS: Readonly<Record<keyof Filters, string>> = {
  scope: 'scope',
  priority: 'priority',
  rule: 'rule',
  assignee: 'assignee',
  snoozed: 'snoozed',
  text: 'q',
};

/** Longest search that the API takes. */
const MAX_TEXT = 200;

/** What a value must be; one that is not, as in a link that was edited, is no filter. */
const VALID: Readonly<Record<keyof Filters, RegExp>> = {
  scope: /^(?:\*|[a-z][a-z0-9_]{0,63}\/\S.*)$/,
  priority: /^(?:critical|high|medium|low)$/,
  rule: /^.{1,100}$/,
  assignee: /^(?:me|none|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
  snoozed: /^(?:only|all)$/,
  text: /\S/,
};

/** The filters of a query string. */
export function filtersOf(search: string): Filters {
  const query = new URLSearchParams(search);
  const entries = Object.entries(PARAMETERS).map(([name, parameter]) => {
    const value = query.get(parameter) ?? '';
    return [name, VALID[name as keyof Filters].test(value) ? value : ''];
  });
  const filters = Object.fromEntries(entries) as unknown as Filters;
  return { ...filters, text: filters.text.slice(0, MAX_TEXT) };
}

/** The query string of filters, with its `?`; empty for none. */
export function searchOf(filters: Filters): string {
  const query = new URLSearchParams();
  for (const [name, parameter] of Object.entries(PARAMETERS)) {
    const value = filters[name as keyof Filters];
    if (value !== '') query.set(parameter, value);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** What the list is asked for. */
export function listFilterOf(filters: Filters): ListFilter {
  const { scope, priority, rule, assignee, snoozed, text } = filters;
  const wanted = { scope, priority, ruleKey: rule, assigneeId: assignee, snoozed, search: text };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''));
}

export function hasFilters(filters: Filters): boolean {
  return searchOf(filters) !== '';
}
