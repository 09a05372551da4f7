import { setTimeout as delay } from 'node:timers/promises';
import { RawConnection } from '../../test/support/raw-connection.js';

const PAUSE_MS = 2;

/** Asks /health/live again and again over a connection of its own: it waits as long as the event loop does. */
export class Probe {
  private longest = 0;
  private readonly all: number[] = [];
  private stopped = false;
  private readonly running: Promise<void>;

  private constructor(private readonly connection: RawConnection) {
    this.running = this.run();
  }

  static async start(url: string): Promise<Probe> {
    return new Probe(await RawConnection.open(url));
  }

  /** The longest wait since the last look, in ms, with the one that is under way. */
  async takeLongest(): Promise<number> {
    const seen = this.all.length;
    // The answer that waits now was asked for while the event loop may have been blocked.
    while (this.all.length === seen && !this.stopped) await delay(1);
    const { longest } = this;
    this.longest = 0;
    return longest;
  }

  /** Every wait so far, in ms. */
  get waits(): readonly number[] {
    return this.all;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.connection.socket.destroy();
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (!this.stopped) {
        const began = performance.now();
        await this.connection.head('GET /health/live').answer();
        const ms = performance.now() - began;
        this.all.push(ms);
        this.longest = Math.max(this.longest, ms);
        await delay(PAUSE_MS);
      }
    } catch {
      // The process ended, or the probe was stopped.
      this.stopped = true;
    }
  }
}
