import { NoAnswerError } from '../../kernel/errors/database-failure.js';
import { type PgClient } from './pg-client.js';

/** What an answer may take beyond the limit of its statement, in ms. */
const GRACE_MS = 1000;
const LOOK_EVERY_MS = 500;
/** A look that comes so late says that this process did not run, not that the server was silent. */
const LATE_LOOK_MS = 5000;

/** A connection in use, and since when it has received nothing of what it waits for. */
interface Watched {
  readonly limitMs: number;
  bytesRead: number;
  since: number;
}

/**
 * Closes connections on which the server owes an answer for too long: PostgreSQL's own time limits can't
 * reach us where a connection falls silent. One timer looks at all of them, so that a statement costs
 * nothing more; a timer for each statement (`query_timeout` of pg) was measurable in a press.
 */
export class AnswerWatch {
  private readonly watched = new Map<PgClient, Watched>();
  private timer: NodeJS.Timeout | undefined;
  private lastLook = 0;

  begin(client: PgClient, limitMs: number): void {
    this.watched.set(client, {
      limitMs: limitMs + GRACE_MS,
      bytesRead: client.bytesRead,
      since: performance.now(),
    });
    if (this.timer) return;
    this.lastLook = performance.now();
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  end(client: PgClient): void {
    this.watched.delete(client);
  }

  private look(): void {
    const now = performance.now();
    const paused = now - this.lastLook > LATE_LOOK_MS;
    this.lastLook = now;
    for (const [client, watched] of this.watched) {
      const { bytesRead } = client;
      if (paused || !client.awaitsAnswer || bytesRead !== watched.bytesRead) {
        watched.bytesRead = bytesRead;
        watched.since = now;
      } else if (now - watched.since > watched.limitMs) {
        this.watched.delete(client);
        client.abort(new NoAnswerError());
      }
    }
    if (this.watched.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
