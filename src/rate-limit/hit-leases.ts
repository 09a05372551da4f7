/** How long hits that were counted in advance may be used, in ms: then the rest is taken back. */
export const LEASE_MS = 1000;

/** Most hits of one lease. */
const MAX_HITS = 256;
/** Most of a limit that one lease may hold. */
const MAX_SHARE = 0.01;
/** How much of a limit must be left when a lease is taken. */
const FAR = 0.5;
/** Most keys that are watched at the same time. */
const MAX_KEYS = 20_000;

/** What the shared counter of a key said last, and what was counted in advance. Times by the clock of `now`. */
interface Standing {
  /** The hits of the window that are counted, those in advance included. */
  readonly total: number;
  /** When the window ends at the earliest, in ms. */
  readonly windowEndsAt: number;
  /** Which window, as the counter names it. */
  readonly window: string;
  /** The number of hits that were counted in advance, and how many of them are left. */
  readonly leased: number;
  left: number;
  /** When it was counted, in ms. */
  readonly at: number;
}

/** Hits that were counted in advance and not used. */
export interface UnusedHits {
  readonly hits: number;
  readonly window: string;
}

/** A hit that was counted in advance. */
export interface LeasedHit {
  /** Its number in the window. */
  readonly number: number;
  /** In how many ms the window ends. */
  readonly endsInMs: number;
}

/** What the shared counter answered. */
export interface Counted extends Pick<Standing, 'total' | 'windowEndsAt' | 'window'> {
  readonly limit: number;
}

/**
 * Decides how many hits of a busy client are counted in advance, so that its next requests need no statement.
 * Only a client that is far from its limit gets a lease, of a hundredth of the limit at most: near the limit,
 * every hit is counted on its own. No request passes that the limit refuses, since a hit is counted before it
 * is used. A client may be refused early, by what other servers hold for it, only if it uses half of its limit
 * within the second that a lease lasts.
 */
export class HitLeases {
  private readonly standings = new Map<string, Standing>();

  /** Uses a hit that was counted in advance, if there is one for the key. */
  take(key: string, now: number): LeasedHit | undefined {
    const standing = this.standings.get(key);
    if (standing === undefined || standing.left === 0 || hasEnded(standing, now)) return undefined;
    const number = standing.total - standing.left + 1;
    standing.left -= 1;
    return { number, endsInMs: standing.windowEndsAt - now };
  }

  /** How many hits to count in advance together with `hits` that have happened. */
  wanted(key: string, hits: number, limit: number, now: number): number {
    const standing = this.standings.get(key);
    // A client that was not seen within the last second would leave most of them unused.
    if (standing === undefined || hasEnded(standing, now)) return 0;
    const most = Math.min(MAX_HITS, Math.floor(limit * MAX_SHARE), 2 * standing.leased + 1);
    return isFar(standing.total + hits + most, limit) ? most : 0;
  }

  /**
   * Notes what was counted, `leased` hits of it in advance, and returns those of an earlier count that were
   * not used. If the client turns out to be near its limit, the new ones are unused, too.
   */
  counted(key: string, { limit, ...counted }: Counted, leased: number, now: number): UnusedHits[] {
    const unused = this.end(key);
    if (Math.floor(limit * MAX_SHARE) === 0) return unused;
    const left = isFar(counted.total, limit) ? leased : 0;
    if (this.standings.size >= MAX_KEYS) return [...unused, ...unusedOf(leased, counted.window)];
    this.standings.set(key, { ...counted, leased, left, at: now });
    return [...unused, ...unusedOf(leased - left, counted.window)];
  }

  /** Forgets the keys whose second is over, and returns what was not used, by key. */
  expire(now: number): [key: string, unused: UnusedHits][] {
    const ended = [...this.standings].filter(([, standing]) => hasEnded(standing, now));
    return ended.flatMap(([key]) =>
      this.end(key).map((unused): [string, UnusedHits] => [key, unused]),
    );
  }

  /** Number of keys that are watched. */
  get size(): number {
    return this.standings.size;
  }

  private end(key: string): UnusedHits[] {
    const standing = this.standings.get(key);
    this.standings.delete(key);
    return standing === undefined ? [] : unusedOf(standing.left, standing.window);
  }
}

function hasEnded({ at, windowEndsAt }: Standing, now: number): boolean {
  return now >= Math.min(at + LEASE_MS, windowEndsAt);
}

function isFar(total: number, limit: number): boolean {
  return total <= limit * FAR;
}

function unusedOf(hits: number, window: string): UnusedHits[] {
  return hits > 0 ? [{ hits, window }] : [];
}
