import { UnavailableError } from '../../kernel/errors/domain-error.js';

/** Work that waits for its turn. */
interface Waiter {
  begin(): void;
}

/**
 * Runs one piece of work at a time per key; the others wait in memory. For work that would otherwise wait
 * for a lock in the database, with a connection each. The lock is still needed: each process has its own
 * turns.
 */
export class Turns {
  private readonly queues = new Map<string, Set<Waiter>>();

  /** Runs the work when its turn has come; throws a 503 when that took longer than `limitMs`. */
  async run<T>(key: string, limitMs: number, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(key);
    if (queue) await this.wait(queue, limitMs);
    else this.queues.set(key, new Set());
    try {
      return await work();
    } finally {
      this.next(key);
    }
  }

  private wait(queue: Set<Waiter>, limitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = {
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        queue.delete(waiter);
        reject(
          new UnavailableError(
            'DATABASE_BUSY',
            'Other requests are changing the same thing. Try again shortly.',
          ),
        );
      }, limitMs);
      queue.add(waiter);
    });
  }

  private next(key: string): void {
    const queue = this.queues.get(key);
    const [waiter] = queue ?? [];
    if (!queue || !waiter) {
      this.queues.delete(key);
      return;
    }
    queue.delete(waiter);
    waiter.begin();
  }
}
