/** The longest time without an answered press, which is how long nobody could write. */
export class WriteGaps {
  private last: number | undefined;
  private longestMs = 0;
  private counted = 0;

  /** A press was answered with 2xx at this time, in ms. */
  pressed(at: number): void {
    this.note(at);
    this.last = at;
    this.counted += 1;
  }

  /** Presses that were answered. */
  get count(): number {
    return this.counted;
  }

  /** The longest gap from `since`, when the load began, to `now`, both in ms. */
  longest(now: number): number {
    this.note(now);
    return this.longestMs;
  }

  /** Begins to count anew. */
  begin(since: number): void {
    this.last = since;
    this.longestMs = 0;
    this.counted = 0;
  }

  private note(at: number): void {
    if (this.last !== undefined) this.longestMs = Math.max(this.longestMs, at - this.last);
  }
}
