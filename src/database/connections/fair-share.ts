import { databaseBusy } from '../../kernel/errors/database-errors.js';

/** Somebody who waits for a place. */
interface Waiter {
  readonly begin: () => void;
}

/**
 * Shares a number of places among callers. Who is let in next is the one who holds the fewest, and the
 * first of equals to have come: while others wait, a caller gets no place beyond its share. A reserve
 * that no caller can take alone is there for whoever comes while one holds all it may have.
 */
export class FairShare {
  private free: number;
  private readonly most: number;
  private readonly held = new Map<string, number>();
  /** Per caller, in the order of their first waiter. */
  private readonly waiting = new Map<string, Set<Waiter>>();

  /** A fifth of the places, at least one of four, is the reserve. */
  constructor(places: number) {
    this.free = places;
    this.most = places < 4 ? places : places - Math.max(1, Math.floor(places / 5));
  }

  /**
   * Takes a place; undefined where one was free, else a promise that rejects with a 503 after `limitMs`.
   * Whoever got a place must `leave`.
   */
  enter(caller: string, limitMs: number): Promise<void> | undefined {
    if (this.free > 0 && this.waiting.size === 0 && this.mayTake(caller)) {
      this.take(caller);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const queue = this.waiting.get(caller) ?? new Set();
      this.waiting.set(caller, queue);
      const waiter: Waiter = {
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.forget(caller, waiter);
        reject(databaseBusy());
      }, limitMs);
      queue.add(waiter);
      this.admit();
    });
  }

  /** Gives a place back. */
  leave(caller: string): void {
    const held = (this.held.get(caller) ?? 1) - 1;
    if (held > 0) this.held.set(caller, held);
    else this.held.delete(caller);
    this.free += 1;
    if (this.waiting.size > 0) this.admit();
  }

  /** Places that are taken, and callers that wait. */
  get usage(): { readonly held: number; readonly waiting: number } {
    const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
    return {
      held: sum(this.held.values()),
      waiting: sum([...this.waiting.values()].map((queue) => queue.size)),
    };
  }

  private mayTake(caller: string): boolean {
    return (this.held.get(caller) ?? 0) < this.most;
  }

  private take(caller: string): void {
    this.free -= 1;
    this.held.set(caller, (this.held.get(caller) ?? 0) + 1);
  }

  private admit(): void {
    while (this.free > 0) {
      const caller = this.poorest();
      const [waiter] = caller === undefined ? [] : (this.waiting.get(caller) ?? []);
      if (caller === undefined || !waiter) return;
      this.forget(caller, waiter);
      this.take(caller);
      waiter.begin();
    }
  }

  /** Of those who wait and may take a place, the one who holds the fewest. */
  private poorest(): string | undefined {
    let found: string | undefined;
    let least = this.most;
    for (const caller of this.waiting.keys()) {
      const held = this.held.get(caller) ?? 0;
      if (held < least) [found, least] = [caller, held];
    }
    return found;
  }

  private forget(caller: string, waiter: Waiter): void {
    const queue = this.waiting.get(caller);
    queue?.delete(waiter);
    if (queue?.size === 0) this.waiting.delete(caller);
  }
}
