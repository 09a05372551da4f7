import { NoAnswerError } from '../../kernel/errors/database-failure.js';
import { type PgClient } from './pg-client.js';

/** Extra time for an answer beyond the time limit of its statement, in ms. */
const GRACE_MS = 1000;
const LOOK_EVERY_MS = 500;
/**
 * If the timer fires this late, this process was blocked or suspended: the server may well have answered.
 */
const LATE_LOOK_MS = 5000;

/** A connection in use, and since when it waits for an answer without receiving anything. */
interface Watched {
  readonly limitMs: number;
  bytesRead: number;
  since: number;
}

/**
 * Closes connections that have waited too long for an answer: on a dead network connection, PostgreSQL's
 * own time limits have no effect here. One timer checks all connections; a timer per statement
 * (`query_timeout` of pg) was measurable in a press.
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
