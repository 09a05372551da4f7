/** How many ids a fact names as examples; the count says how many there are. */
export const FACT_SAMPLE_SIZE = 5;

/** What a rule may know of the open items that meet one condition in one scope. */
export interface WorkItemFacts {
  readonly count: number;
  /** Those of priority `high`. */
  readonly highPriorityCount: number;
  /** Those of priority `critical`. */
  readonly criticalPriorityCount: number;
  /** The earliest `dueAt`; null where none has one. */
  readonly oldestDueAt: Date | null;
  /** The latest `occurredAt`; null where there are no items. */
  readonly newestAt: Date | null;
  /** Up to {@link FACT_SAMPLE_SIZE} external ids: earliest due first, then earliest occurred. */
  readonly externalIds: readonly string[];
}

/** The facts of a condition that no item meets. */
export const NO_ITEMS: WorkItemFacts = {
  count: 0,
  highPriorityCount: 0,
  criticalPriorityCount: 0,
  oldestDueAt: null,
  newestAt: null,
  externalIds: [],
};
