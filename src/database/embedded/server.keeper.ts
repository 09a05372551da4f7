import { setTimeout as delay } from 'node:timers/promises';
import type { LaunchedServer, LaunchOptions } from './server.launcher.js';
import { launchServer } from './server.launcher.js';

/** The part of a pino logger that is needed here. */
export interface ServerLogger {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Pauses before the first, second and each further attempt: at most 3 attempts a minute. */
const PAUSES_MS = [0, 5_000, 30_000] as const;
/** After a server has run for this long, the pauses start from the first again. */
const WELL_AFTER_MS = 60_000;

/**
 * Starts the server again, on the same port, when it ends without having been asked to: it or its
 * supervisor was killed, or its disk was full. It does not give up, because a full disk may be freed.
 */
export class ServerKeeper {
  private readonly stopping = new AbortController();
  private readonly watched: Promise<void>;

  constructor(
    private readonly options: LaunchOptions,
    private launched: LaunchedServer,
    private readonly logger?: ServerLogger,
    /** Another one is for tests. */
    private readonly launch: typeof launchServer = launchServer,
  ) {
    this.watched = this.watch();
  }

  /** Stops the server for good and resolves when it is down. */
  async stop(): Promise<void> {
    this.stopping.abort();
    // A server that is just being started again stops by the signal, within `watched`.
    await this.launched.server.stop();
    await this.watched;
  }

  private async watch(): Promise<void> {
    let tries = 0;
    for (;;) {
      const since = Date.now();
      await this.launched.server.exited;
      if (this.isStopping()) return;
      if (Date.now() - since > WELL_AFTER_MS) tries = 0;
      this.logger?.error({}, 'the embedded PostgreSQL has ended by itself: it is started again');
      tries = await this.startAgain(tries);
    }
  }

  /** Resolves with the number of attempts so far, once the server runs or was stopped. */
  private async startAgain(tries: number): Promise<number> {
    const { signal } = this.stopping;
    const { port } = this.launched;
    for (; !signal.aborted;) {
      const pause = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)];
      await delay(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (this.isStopping()) break;
      tries += 1;
      try {
        // Killed with its supervisor only, the server may still run.
        await this.launched.server.stop();
        const launched = await this.launch(this.options, { port, signal });
        if (this.isStopping()) {
          // Stopped after the launcher last checked the signal: nothing else has a reference to this
          // server.
          await launched.server.stop();
          break;
        }
        this.launched = launched;
        this.logger?.info({ tries }, 'the embedded PostgreSQL runs again');
        break;
      } catch (error) {
        if (this.isStopping()) break;
        const reason = error instanceof Error ? error.message : String(error);
        this.logger?.error({ tries, reason }, 'the embedded PostgreSQL could not be started again');
      }
    }
    return tries;
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }
}
