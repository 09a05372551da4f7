/** What has an id that is ordered in time. */
interface Identified {
  readonly id: string;
}

/** Most events that are kept besides the list: then it is read from its beginning instead. */
export const MOST = 1000;

/** Two lists as one, the newest first, each event once. */
export function merged<T extends Identified>(some: readonly T[], others: readonly T[]): T[] {
  const byId = new Map([...others, ...some].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** What came in, with further events; the same list where it has them, or is full. */
export function arrived<T extends Identified>(
  before: readonly T[],
  events: readonly T[],
): readonly T[] {
  const known = new Set(before.map(({ id }) => id));
  const isNew = events.some(({ id }) => !known.has(id));
  return isNew && before.length < MOST ? merged(events, before) : before;
}

/** The events up to an id, and how many are newer; without an id, all of them. */
export function upTo<T extends Identified>(
  newest: string | undefined,
  events: readonly T[],
): { readonly shown: readonly T[]; readonly waiting: number } {
  if (newest === undefined) return { shown: events, waiting: 0 };
  const shown = events.filter(({ id }) => id <= newest);
  return { shown, waiting: events.length - shown.length };
}
