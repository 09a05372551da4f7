import { databaseBusy } from '../../kernel/errors/database-errors.js';

/** A caller that waits for a slot. */
interface Waiter {
  readonly begin: () => void;
}

/** Most slots of one caller. The reserve is a fifth of them, and at least one if there are four. */
export function shareOf(places: number): number {
  return places < 4 ? places : places - Math.max(1, Math.floor(places / 5));
}

/**
 * Shares a number of slots among callers. The next slot goes to the waiting caller that holds the fewest,
 * and among equals to the one that waited first: while others wait, no caller gets more than its share. A
 * reserve that no caller can take alone stays free for other callers.
 */
export class FairShare {
  private free: number;
  private readonly most: number;
  private readonly held = new Map<string, number>();
  /** Waiting requests per caller, callers in the order of their first one. */
  private readonly waiting = new Map<string, Set<Waiter>>();

  constructor(places: number) {
    this.free = places;
    this.most = shareOf(places);
  }

  /**
   * Takes a slot: undefined if one was free, else a promise that rejects with a 503 after `limitMs`. Every
   * slot that was taken must be given back with `leave`.
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

  /** Gives a slot back. */
  leave(caller: string): void {
    const held = (this.held.get(caller) ?? 1) - 1;
    if (held > 0) this.held.set(caller, held);
    else this.held.delete(caller);
    this.free += 1;
    if (this.waiting.size > 0) this.admit();
  }

  /** Slots that are taken, and callers that wait. */
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

  /** Of the waiting callers that may take a slot, the one that holds the fewest. */
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
