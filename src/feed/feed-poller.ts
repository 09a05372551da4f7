import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Logger } from 'pino';
import { ENV, type Env } from '../config/env.js';
import { LOGGER } from '../logging/logger.js';
import { redactError } from '../kernel/redaction/redaction.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { EVERY_EVENT } from './event-filter.js';
import { type FeedConsumer, type FeedListener } from './feed-consumer.js';
import { FeedCursors } from './feed-cursors.js';
import { comparePositions, FEED_START, type FeedPosition } from './feed-position.js';
import { FeedReader } from './feed-reader.js';

const BATCH_SIZE = 100;
/** Longest pause after failures of a consumer, in polls. */
const MAX_SKIPPED_POLLS = 60;

interface Consuming {
  readonly consumer: FeedConsumer;
  /** Whether its cursor is there. */
  created: boolean;
  /** Up to where nothing is left for it, as far as this process knows. */
  reached: FeedPosition;
  failures: number;
  skip: number;
}

interface Listening {
  readonly listener: FeedListener;
  after: FeedPosition;
}

/**
 * Polls the feed for everybody in this process who waits for events: one small statement a poll while
 * nothing happens, and no poll while nobody waits. There is no NOTIFY, whose commit takes a lock of the
 * whole database, and no LISTEN, which fails behind PgBouncer.
 */
@Injectable()
export class FeedPoller implements OnModuleDestroy {
  private readonly consuming = new Set<Consuming>();
  private readonly listening = new Set<Listening>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly reader: FeedReader,
    private readonly cursors: FeedCursors,
    private readonly transactions: TransactionRunner,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Whether it polls: somebody waits for events. */
  get polling(): boolean {
    return this.timer !== undefined;
  }

  /** Lets a consumer process every event, from its stored cursor on. Returns the function that stops it. */
  consume(consumer: FeedConsumer): () => void {
    if ([...this.consuming].some((other) => other.consumer.name === consumer.name)) {
      throw new Error(`Two consumers of the feed are named "${consumer.name}": rename one.`);
    }
    const fresh = { consumer, created: false, reached: FEED_START, failures: 0, skip: 0 };
    return this.add(this.consuming, fresh);
  }

  /**
   * Passes every event after a position to a listener. Read up to there first: by `FeedReader.tip()` for
   * what comes from now on, or page by page. Returns the function that stops it.
   */
  listen(after: FeedPosition, listener: FeedListener): () => void {
    return this.add(this.listening, { listener, after });
  }

  /** Polls now, after a poll that is under way. Never rejects. */
  poll(): Promise<void> {
    this.running = this.running.then(() => this.pollOnce());
    return this.running;
  }

  /** Before the pool closes. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.consuming.clear();
    this.listening.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private add<Member>(members: Set<Member>, member: Member): () => void {
    if (this.stopped) return () => undefined;
    members.add(member);
    if (!this.polling) this.schedule();
    return () => {
      members.delete(member);
      if (this.consuming.size + this.listening.size > 0) return;
      clearTimeout(this.timer);
      this.timer = undefined;
    };
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.poll().then(() => {
        if (this.polling) this.schedule();
      });
    }, this.env.feedPollMs);
    this.timer.unref();
  }

  private async pollOnce(): Promise<void> {
    if (this.stopped || this.consuming.size + this.listening.size === 0) return;
    try {
      const tip = await this.reader.tip();
      await this.deliver(tip);
      for (const consuming of this.consuming) await this.advance(consuming, tip);
    } catch (error) {
      this.logger.warn({ err: error }, 'the event feed could not be read');
    }
  }

  /** Passes new events to the listeners: one read for all of them. */
  private async deliver(tip: FeedPosition): Promise<void> {
    for (;;) {
      const [after] = [...this.listening].map((of) => of.after).sort(comparePositions);
      if (after === undefined || comparePositions(after, tip) >= 0) return;
      const { events, next } = await this.reader.read({ after, limit: BATCH_SIZE });
      if (comparePositions(next, after) <= 0) return;
      for (const listening of this.listening) {
        const reached = listening.after;
        if (comparePositions(reached, next) >= 0) continue;
        // Nearly always the same for all listeners. They share the array, and what they make of it.
        const fresh =
          comparePositions(reached, after) === 0
            ? events
            : events.filter((event) => comparePositions(event, reached) > 0);
        listening.after = next;
        if (fresh.length > 0) this.pass(listening.listener, fresh);
      }
    }
  }

  private pass(listener: FeedListener, events: Parameters<FeedListener>[0]): void {
    try {
      listener(events);
    } catch (error) {
      const err = error instanceof Error ? redactError(error) : undefined;
      this.logger.error({ err }, 'a listener of the event feed failed');
    }
  }

  /** Lets a consumer process what is there, up to the tip; after a failure it pauses. */
  private async advance(consuming: Consuming, tip: FeedPosition): Promise<void> {
    const { name } = consuming.consumer;
    if (consuming.skip > 0) {
      consuming.skip -= 1;
      return;
    }
    try {
      // In an empty feed, too, so that a new consumer gets the first event of all.
      const isBehind = (): boolean =>
        !consuming.created || comparePositions(consuming.reached, tip) < 0;
      while (this.consuming.has(consuming) && isBehind()) {
        if (!(await this.consumeBatch(consuming, tip))) return;
        consuming.failures = 0;
      }
    } catch (error) {
      consuming.failures += 1;
      consuming.skip = Math.min(2 ** consuming.failures - 1, MAX_SKIPPED_POLLS);
      const err = error instanceof Error ? redactError(error) : undefined;
      const { failures } = consuming;
      this.logger.warn({ consumer: name, failures, err }, 'a consumer of the event feed failed');
    }
  }

  /** Processes one batch and moves the cursor with it; false if another process has the cursor. */
  private async consumeBatch(consuming: Consuming, tip: FeedPosition): Promise<boolean> {
    const { consumer } = consuming;
    const { name, filter, from = 'now', batchSize = BATCH_SIZE } = consumer;
    const outcome = await this.transactions.run(async (tx) => {
      if (!consuming.created) {
        await this.cursors.create(tx, name, from === 'oldest' ? FEED_START : tip);
      }
      const after = await this.cursors.take(tx, name);
      if (after === undefined) return undefined;
      const page = await this.reader.read(
        { after, limit: batchSize, filter: { ...filter, visible: EVERY_EVENT } },
        tx,
      );
      if (page.events.length > 0) await consumer.consume(page.events, tx);
      if (comparePositions(page.next, after) > 0) this.cursors.move(tx, name, page.next);
      return page;
    });
    consuming.created = true;
    if (outcome === undefined) return false;
    if (outcome.gap) {
      this.logger.warn(
        { consumer: name },
        'a consumer of the event feed was behind the retention: it may have missed events, and continues with the oldest on record',
      );
    }
    const { next, more } = outcome;
    consuming.reached = more || comparePositions(next, tip) > 0 ? next : tip;
    return true;
  }
}
