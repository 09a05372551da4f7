import { within } from '../kernel/time-limit.js';

/** Times of a {@link CachedReading}, in ms. */
interface ReadingTimes {
  /** How long a result, or that there is none, is used. */
  readonly freshMs: number;
  /** Longest wait for a result. */
  readonly limitMs: number;
  /** The time now; a test has its own. */
  readonly now?: () => number;
}

/** Reads something that costs, at most once at a time and once in a while, however often it is asked for. */
export class CachedReading<T> {
  private running: Promise<T> | undefined;
  private last: { readonly value: T | undefined; readonly at: number } | undefined;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly times: ReadingTimes,
  ) {}

  /** The result, up to `freshMs` old; undefined if it could not be read, or not within `limitMs`. */
  async get(): Promise<T | undefined> {
    const { now = () => performance.now(), freshMs, limitMs } = this.times;
    if (this.last && now() - this.last.at < freshMs) return this.last.value;
    // One that takes too long is waited for again, and never doubled.
    this.running ??= this.read().finally(() => (this.running = undefined));
    const value = await within(limitMs, 'A reading', this.running).catch(() => undefined);
    this.last = { value, at: now() };
    return value;
  }
}
