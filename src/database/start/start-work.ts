import { type BeforeApplicationShutdown } from '@nestjs/common';
import { type PgClient } from '../connections/pg-client.js';
import { onOwnConnection } from './own-connection.js';
import { type StartLock, type StartLogger, withStartLock } from './start-lock.js';

/** How long a process waits until another one has done the same work, in ms. */
const WAIT_MS = 60 * 60_000;

/**
 * Work on the schema that a start leaves to the background, because it takes long and needs no lock that a
 * request would wait for: the server is ready meanwhile. One process does it at a time, on a connection of
 * its own, which is in no transaction: CREATE INDEX CONCURRENTLY runs in none. A stop cancels it.
 */
export class StartWork implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  /** `url`: the direct address of the database, which holds a password. */
  constructor(
    private readonly url: string,
    private readonly logger: StartLogger,
  ) {}

  /** Whether the process stops; work of several steps ends before its next one. */
  get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Does the work under the lock. Rejects with its error, unless a stop has caused it. */
  async run(lock: StartLock, work: (client: PgClient) => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    const options = { logger: this.logger, waitMs: WAIT_MS, signal };
    const done = withStartLock(this.url, lock, options, () =>
      onOwnConnection(this.url, lock.purpose, (client) => this.cancelledByStop(client, work)),
    ).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    const ended = done.catch(() => undefined);
    this.running.add(ended);
    void ended.then(() => this.running.delete(ended));
    return done;
  }

  /** Cancels what runs, and waits for its end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private async cancelledByStop(
    client: PgClient,
    work: (client: PgClient) => Promise<void>,
  ): Promise<void> {
    const cancel = (): void => void client.cancelRunning();
    this.stopping.signal.addEventListener('abort', cancel);
    try {
      if (!this.stopped) await work(client);
    } finally {
      this.stopping.signal.removeEventListener('abort', cancel);
    }
  }
}
