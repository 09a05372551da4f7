/** How much the bench of scale stores, and how often it measures. */
export interface ScaleSizes {
  /** Next best actions, over all scopes. */
  readonly actions: number;
  /** Executions, and as many events. */
  readonly history: number;
  /** Months that a long history is spread over, and so its partitions. */
  readonly months: number;
  /** Interleaved rounds of the presses, and how long each lasts, in s. */
  readonly rounds: number;
  readonly seconds: number;
  /** More presses a second than the server answers. */
  readonly fastest: number;
}

/** What docs/scale-lists.md shows. */
export const FULL_SIZES: ScaleSizes = {
  actions: 1_000_000,
  history: 10_000_000,
  months: 116,
  rounds: 5,
  seconds: 5,
  fastest: 4000,
};

/** A scope of the bench with its next best actions. */
export interface DeskSize {
  readonly scope: string;
  readonly queued: number;
  readonly closed: number;
}

/** The scopes of the bench, each a share of all next best actions. */
export interface DeskSizes {
  readonly small: DeskSize;
  readonly large: DeskSize;
  readonly huge: DeskSize;
  /** Many scopes of a few actions. */
  readonly accounts: { readonly type: string; readonly scopes: number; readonly queued: number };
}

/** Shares out the next best actions to the scopes: of a million, 10,000 are in the small one. */
export function desksOf(actions: number): DeskSizes {
  const share = (perMillion: number): number => Math.ceil((actions * perMillion) / 1_000_000);
  return {
    small: { scope: 'bench/small', queued: share(10_000), closed: 0 },
    large: { scope: 'bench/large', queued: share(270_000), closed: 0 },
    huge: { scope: 'bench/huge', queued: share(300_000), closed: share(300_000) },
    accounts: { type: 'account', scopes: share(20_000), queued: share(120_000) },
  };
}

/** A count as the names of lists show it. */
export function shownCount(count: number): string {
  return count.toLocaleString('en');
}
