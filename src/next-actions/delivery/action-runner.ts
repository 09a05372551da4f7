import { type Env } from '../../config/env.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { ActionFailedError, ActionTimedOutError } from './delivery.errors.js';

/** How long a statement may take in the transaction of an action, in ms: as long as the action, or longer. */
export function statementLimitMs(
  { timeoutMs }: { readonly timeoutMs: number },
  { statementTimeoutMs }: Pick<Env, 'statementTimeoutMs'>,
): number {
  return Math.max(timeoutMs, statementTimeoutMs);
}

/** The context of an action, with the signal of its time limit. */
interface Limited {
  readonly signal: AbortSignal;
}

/**
 * Runs an action, or its undo, until it ends or its time limit is reached; after a time-out, its connection is not used
 * again. An action that returns synchronously, as one that only changes its NBA does, needs neither a timer
 * nor a signal. Throws an ActionFailedError with the cause, or the error of a connection that was lost
 * under it.
 */
export async function runAction<Context extends Limited, Outcome extends object>(
  tx: Transaction,
  timeoutMs: number,
  run: (context: Context) => Outcome | Promise<Outcome>,
  given: Omit<Context, 'signal'>,
): Promise<Partial<Outcome>> {
  const limit = new TimeLimit(timeoutMs);
  try {
    const outcome = run(limit.addTo<Context>(given)) as Returned<Outcome>;
    if (!isPromiseLike(outcome)) return outcome ?? {};
    const ended = await Promise.race([outcome, limit.reached(() => tx.abandon())]);
    if (!tx.abandoned) return ended ?? {};
  } catch (error) {
    // Also if the action wrapped the error: a lost connection is not a failure of the action.
    if (!tx.abandoned) throw tx.connectionError ?? new ActionFailedError(tx.causeOf(error));
  } finally {
    limit.end();
  }
  // A slow statement is a failure of the action; a database that does not answer is not.
  await tx.abandoned;
  throw tx.connectionError ?? new ActionFailedError(limit.reason);
}

/** An action that is written without types may return nothing. */
type Returned<Outcome> = Outcome | undefined | PromiseLike<Outcome | undefined>;

function isPromiseLike<Outcome>(
  outcome: Returned<Outcome>,
): outcome is PromiseLike<Outcome | undefined> {
  return typeof (outcome as Partial<PromiseLike<unknown>> | undefined)?.then === 'function';
}

/** The time limit of one run: its timer and its signal, each made when it is first needed. */
class TimeLimit {
  private controller: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;
  private timedOut: ActionTimedOutError | undefined;

  constructor(private readonly ms: number) {}

  /** What the signal aborts with. */
  get reason(): ActionTimedOutError {
    return (this.timedOut ??= new ActionTimedOutError(this.ms));
  }

  /** The context of the run, whose signal aborts at the limit. */
  addTo<Context extends Limited>(given: Omit<Context, 'signal'>): Context {
    const controller = (): AbortController => (this.controller ??= new AbortController());
    return Object.defineProperty(given as Context, 'signal', {
      enumerable: true,
      get: () => controller().signal,
    });
  }

  /** Resolves at the limit, after `act` was called and the signal aborted. */
  reached(act: () => void): Promise<undefined> {
    return new Promise((resolve) => {
      this.timer = setTimeout(() => {
        act();
        (this.controller ??= new AbortController()).abort(this.reason);
        resolve(undefined);
      }, this.ms);
    });
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
