import { isPromise } from 'node:util/types';

/**
 * Observes one kind of work. It is called around each piece of it, must call `work` exactly once, at once,
 * and return what that returns; it must not throw anything else.
 */
export type Observer<Facts> = <T>(facts: Facts, work: () => T) => T;

/**
 * A kind of work that others may observe: metrics count it, traces make a span of it. The code that does the
 * work knows nothing of them. While nobody observes, it costs one comparison.
 *
 * Node's `TracingChannel` is close to this, but binds a context only through a store that OpenTelemetry keeps
 * private; an observer is called around the work instead, as `context.with` needs it.
 */
export class Operation<Facts extends object> {
  private observers: readonly Observer<Facts>[] = [];

  /** Whether anybody observes: to leave out what only observers need. */
  get observed(): boolean {
    return this.observers.length > 0;
  }

  /** Adds an observer to this process, around those before it; returns how to remove it. */
  observe(observer: Observer<Facts>): () => void {
    this.observers = [...this.observers, observer];
    return () => {
      this.observers = this.observers.filter((other) => other !== observer);
    };
  }

  /**
   * Does a piece of the work and returns its result. `facts` are what is known before it; the work may set
   * further ones until it ends.
   */
  run<T>(facts: Facts, work: () => T): T {
    let observed = work;
    for (const observer of this.observers) {
      const inner = observed;
      observed = () => observer(facts, inner);
    }
    return observed();
  }
}

/** What a piece of work threw, or its promise was rejected with. */
export interface Failure {
  readonly error: unknown;
}

/** Does a piece of work, and calls back when it, or its promise, has ended; with why it failed, if it did. */
export function whenEnded<T>(work: () => T, ended: (failure?: Failure) => void): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    ended({ error });
    throw error;
  }
  if (isPromise(result)) {
    result.then(
      () => ended(),
      (error: unknown) => ended({ error }),
    );
  } else {
    ended();
  }
  return result;
}

/** Something that others may count. */
export class Occurrence<Facts extends object> {
  private listeners: readonly ((facts: Facts) => void)[] = [];

  /** Adds a listener to this process, which must not throw; returns how to remove it. */
  listen(listener: (facts: Facts) => void): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }

  /** Says that it happened. */
  happened(facts: Facts): void {
    for (const listener of this.listeners) listener(facts);
  }
}
