import { type InfiniteData } from '@tanstack/react-query';
import { type NextAction } from '../../api/client.js';
import { type Page } from '../../api/queries.js';
import { isSnoozed } from '../../next-action/snoozed.js';
import { type Filters } from './filters.js';

export type QueueData = InfiniteData<Page, string | undefined>;

/** Whether a row still belongs into the list; `me` is the id of the user who looks. A search is not judged. */
export function belongs(item: NextAction, filters: Filters, me: string, now: number): boolean {
  const snoozed = isSnoozed(item, now);
  const { priority, rule, assignee } = filters;
  if (!isInScope(item, filters.scope)) return false;
  if (item.status !== 'queued') return false;
  if (filters.snoozed === 'only' ? !snoozed : filters.snoozed === '' && snoozed) return false;
  if (priority !== '' && item.priority !== priority) return false;
  if (rule !== '' && item.createdByRule !== rule) return false;
  if (assignee === 'none') return item.assigneeId === null;
  return assignee === '' || item.assigneeId === (assignee === 'me' ? me : assignee);
}

function isInScope({ entityType, entityId }: NextAction, scope: string): boolean {
  if (scope === '' || scope === '*') return true;
  return scope === `${entityType}/*` || scope === `${entityType}/${entityId}`;
}

export function has(data: QueueData, id: string): boolean {
  return data.pages.some(({ items }) => items.some((each) => each.id === id));
}

/** The list without a row. */
export function without(data: QueueData, id: string): QueueData {
  if (!has(data, id)) return data;
  return mapped(data, (items) => items.filter((each) => each.id !== id), -1);
}

/** The list with a row where its rank puts it, whether it was listed or not. */
export function placed(data: QueueData, item: NextAction): QueueData {
  const before = data.pages.flatMap(({ items }) => items).find(({ id }) => id === item.id);
  const stays = before?.score === item.score && before.createdAt === item.createdAt;
  return stays ? withRow(data, item, true) : inserted(without(data, item.id), item);
}

/** The list with the newest truth about a row: changed in its place, put in by its rank, or left out. */
export function withRow(data: QueueData, item: NextAction, isIn: boolean): QueueData {
  const known = has(data, item.id);
  if (!isIn && !known) return data;
  if (isIn && known) {
    return mapped(
      data,
      (items) => items.map((each) => (each.id === item.id ? { ...each, ...item } : each)),
      0,
    );
  }
  if (!isIn) return without(data, item.id);
  return inserted(data, item);
}

/** In the order of the list: by score, then the newest. A row beyond what is loaded comes with its page. */
function inserted(data: QueueData, item: NextAction): QueueData {
  const at = data.pages.findIndex(({ items }) => items.some((each) => isBefore(item, each)));
  const last = data.pages.length - 1;
  const page = at === -1 && data.pages[last]?.pagination.hasNext === false ? last : at;
  if (page === -1) return data;
  return mapped(
    data,
    (items, index) => {
      if (index !== page) return items;
      const place = items.findIndex((each) => isBefore(item, each));
      const before = place === -1 ? items.length : place;
      return [...items.slice(0, before), item, ...items.slice(before)];
    },
    1,
  );
}

function isBefore(a: NextAction, b: NextAction): boolean {
  if (a.score !== b.score) return a.score > b.score;
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt;
  return a.id > b.id;
}

type Items = Page['items'];

function mapped(
  data: QueueData,
  change: (items: Items, index: number) => NextAction[],
  added: number,
): QueueData {
  const pages = data.pages.map((page, index) => ({
    items: change(page.items, index),
    pagination: { ...page.pagination, total: page.pagination.total + added },
  }));
  return { ...data, pages };
}
