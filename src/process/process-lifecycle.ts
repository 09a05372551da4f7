import { setTimeout as delay } from 'node:timers/promises';
import { type Logger } from 'pino';

/** Longest stop, from its signal to the end of the process, in ms. Kubernetes kills after 30 s. */
export const STOP_LIMIT_MS = 25_000;
/** Part of it that is reserved for the last log line and the exit, in ms. */
const EXIT_RESERVE_MS = 300;
/** How long the application may take to close once its requests and jobs have ended, in ms. */
export const APP_CLOSE_MS = 3000;
/** If npm started the process, a second signal within this time is npm passing on the first one, in ms. */
const ECHO_MS = 500;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** What a shell shows for a process that a signal ended: 128 and the signal's number. */
const INTERRUPTED = { SIGTERM: 143, SIGINT: 130 } as const;

/** Why and by when a part of the process must stop. */
export interface StopContext {
  /** False if the start failed: nothing was in use yet. */
  readonly asked: boolean;
  /** What is left of a time limit that began with the signal, in ms; never negative. */
  left(limitMs: number): number;
}

/** Stops a part of the process. */
export type StopPart = (stop: StopContext) => Promise<unknown>;

interface Part {
  readonly name: string;
  readonly end: StopPart;
  readonly patienceMs: number;
}

/** How a process ends; `source` and `exit` replace the real process in tests. */
export interface ProcessLifecycleOptions {
  /** Whether npm started the process: it passes on a signal that the terminal has sent already. */
  readonly startedByNpm: boolean;
  /** Exit code of a stop by signal: 0, or the shell's code of the signal for a command. */
  readonly exitCode?: 0 | 'signal';
  readonly source?: Pick<NodeJS.EventEmitter, 'on'>;
  readonly exit?: (code: number) => void;
}

/**
 * Stops the parts of a process in order. SIGTERM and SIGINT are handled from construction on, also as PID
 * 1, for which the kernel has no default handlers. All parts together stop within STOP_LIMIT_MS of the
 * signal, whatever hangs. A second signal ends the process at once.
 */
export class ProcessLifecycle {
  /** Set as soon as the settings are read; before that, a stop logs nothing. */
  logger: Logger | undefined;
  private readonly parts: Part[] = [];
  private readonly stop = new AbortController();
  private readonly exit: (code: number) => void;
  private ending: Promise<boolean> | undefined;
  private signalledAt: number | undefined;

  constructor(private readonly options: ProcessLifecycleOptions) {
    this.exit = options.exit ?? ((code) => process.exit(code));
    for (const signal of SIGNALS) (options.source ?? process).on(signal, () => this.take(signal));
  }

  /** Aborts when a signal asks the process to stop. */
  get stopping(): AbortSignal {
    return this.stop.signal;
  }

  /**
   * Registers how to stop a part of the process. Parts are stopped in reverse order. A part that takes
   * longer than `patienceMs`, or than what is left of the stop, is abandoned.
   */
  onStop(name: string, end: StopPart, patienceMs = STOP_LIMIT_MS): void {
    this.parts.push({ name, end, patienceMs });
  }

  /** Stops all parts, after a failed start or at the end of a command. False if one failed to stop. */
  end(): Promise<boolean> {
    return (this.ending ??= this.endParts(false));
  }

  private take(signal: (typeof SIGNALS)[number]): void {
    const now = Date.now();
    if (this.signalledAt === undefined) {
      this.signalledAt = now;
      void this.stopOn(signal);
    } else if (!this.options.startedByNpm || now - this.signalledAt > ECHO_MS) {
      this.logger?.warn({ signal }, 'exits at once: second signal');
      this.exit(INTERRUPTED[signal]);
    }
  }

  private async stopOn(signal: (typeof SIGNALS)[number]): Promise<void> {
    this.logger?.info({ signal }, 'stopping');
    this.stop.abort();
    // A failed start is stopping already, with its own exit code.
    if (this.ending) return;
    const clean = await (this.ending = this.endParts(true));
    this.logger?.info('stopped');
    if (!clean) this.exit(1);
    else this.exit(this.options.exitCode === 'signal' ? INTERRUPTED[signal] : 0);
  }

  private async endParts(asked: boolean): Promise<boolean> {
    const since = Date.now();
    const left = (limitMs: number): number => Math.max(0, since + limitMs - Date.now());
    let clean = true;
    for (let part = this.parts.pop(); part; part = this.parts.pop()) {
      const patienceMs = Math.min(part.patienceMs, left(STOP_LIMIT_MS - EXIT_RESERVE_MS));
      const timer = new AbortController();
      try {
        const late = delay(patienceMs, 'late', { signal: timer.signal });
        late.catch(() => undefined);
        const ended = await Promise.race([part.end({ asked, left }), late]);
        if (ended === 'late')
          this.logger?.warn({ part: part.name }, 'did not stop in time: abandoned');
      } catch (error) {
        clean = false;
        this.logger?.error({ part: part.name, err: error }, 'the stop failed');
      } finally {
        timer.abort();
      }
    }
    return clean;
  }
}
