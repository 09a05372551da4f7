import fc from 'fast-check';
import { PRIORITIES, type Priority } from '../../src/kernel/priority.js';
import {
  statesOf,
  WORK_ITEM_KIND_NAMES,
  type WorkItemKind,
} from '../../src/work-items/work-item-kinds.js';

/** A work item at a distance from `now`, before it has a name. */
export interface ArbitraryItem {
  readonly kind: WorkItemKind;
  readonly state: string;
  readonly priority: Priority;
  /** ms from now; null without a due date. */
  readonly dueIn: number | null;
  /** ms from now */
  readonly occurredIn: number;
}

const HOUR_MS = 3_600_000;

/** Any distance within ten days, and often exactly the threshold of a rule, to the millisecond. */
export function distance(edges: readonly number[]): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: -240 * HOUR_MS, max: 240 * HOUR_MS }),
    fc
      .tuple(fc.constantFrom(...edges), fc.constantFrom(-1, 0, 1))
      .map(([edge, aside]) => edge + aside),
  );
}

/** An item of any kind, state and priority; `edges` are the distances that rules look at. */
export function arbitraryItem(edges: readonly number[]): fc.Arbitrary<ArbitraryItem> {
  return fc.constantFrom(...WORK_ITEM_KIND_NAMES).chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      state: fc.constantFrom(...statesOf(kind)),
      priority: fc.constantFrom(...PRIORITIES),
      dueIn: fc.option(distance(edges)),
      occurredIn: distance(edges),
    }),
  );
}
