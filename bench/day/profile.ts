/**
 * The presses of a working day by hour, in thousandths: two busy halves around noon, and little at night.
 * They add up to 1000.
 */
export const HOURS = [
  4, 3, 3, 3, 4, 8, 20, 45, 80, 105, 110, 95, 65, 85, 105, 95, 70, 40, 22, 14, 9, 7, 5, 3,
] as const;

/** The busiest hour's share of a day. */
export const PEAK_SHARE = Math.max(...HOURS) / 1000;

/** Presses of each hour, of so many a day; they add up to it. */
export function pressesByHour(total: number): number[] {
  let done = 0;
  let shares = 0;
  return HOURS.map((share) => {
    shares += share;
    const now = Math.round((total * shares) / 1000) - done;
    done += now;
    return now;
  });
}

/** What one press in a hundred is: its button, and what follows it. */
export interface Kind {
  readonly actionKey: 'mark_done' | 'snooze_1d' | 'dismiss';
  /** `repeat`: sent again with its key; `undo`: taken back. */
  readonly then?: 'repeat' | 'undo';
}

/** The mix of a day, evenly spread: of 20 presses, 12 done, 5 snoozed, 3 dismissed; one repeat, one undo. */
const MIX: readonly Kind[] = [
  ...Array.from({ length: 11 }, () => ({ actionKey: 'mark_done' as const })),
  { actionKey: 'mark_done', then: 'repeat' },
  ...Array.from({ length: 4 }, () => ({ actionKey: 'snooze_1d' as const })),
  { actionKey: 'snooze_1d', then: 'undo' },
  ...Array.from({ length: 3 }, () => ({ actionKey: 'dismiss' as const })),
];

/** The kind of the nth press. */
export function kindOf(n: number): Kind {
  // 7 and 20 have no common divisor: each kind comes once in 20 presses, and the kinds are mixed.
  return MIX[(n * 7) % MIX.length]!;
}
