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
  /** The consumers at work, and the tip that they are to reach next. */
  private advancing: Promise<void> | undefined;
  private wanted: FeedPosition | undefined;
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

  /**
   * Polls now, after a poll that is under way, and waits until the consumers have processed what it found.
   * Never rejects.
   */
  async poll(): Promise<void> {
    await this.pollListeners();
    await this.advancing;
  }

  /** Before the pool closes. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.consuming.clear();
    this.listening.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
    await this.advancing;
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
      void this.pollListeners().then(() => {
        if (this.polling) this.schedule();
      });
    }, this.env.feedPollMs);
    this.timer.unref();
  }

  /** Without waiting for the consumers: a long backlog of theirs does not hold up the next poll. */
  private pollListeners(): Promise<void> {
    this.running = this.running.then(() => this.pollOnce());
    return this.running;
  }

  private async pollOnce(): Promise<void> {
    if (this.stopped || this.consuming.size + this.listening.size === 0) return;
    try {
      const tip = await this.reader.tip();
      this.wanted = tip;
      // In a later turn: advance() may end without waiting for anything.
      this.advancing ??= Promise.resolve().then(() => this.advance());
      await this.deliver(tip);
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

  /** Lets the consumers process what is there, up to the newest tip: a batch each in turn. */
  private async advance(): Promise<void> {
    while (this.wanted !== undefined) {
      const tip = this.wanted;
      this.wanted = undefined;
      let left = [...this.consuming].filter((consuming) => !pauses(consuming));
      while (left.length > 0) {
        const behind: Consuming[] = [];
        for (const consuming of left) {
          if (await this.takeTurn(consuming, tip)) behind.push(consuming);
        }
        left = behind;
      }
    }
    // In the turn of the event loop in which nothing was wanted any more.
    this.advancing = undefined;
  }

  /** Lets a consumer process one batch, if it is behind the tip; whether it may have more. After a failure it pauses. */
  private async takeTurn(consuming: Consuming, tip: FeedPosition): Promise<boolean> {
    // In an empty feed, too, so that a new consumer gets the first event of all.
    const isBehind = !consuming.created || comparePositions(consuming.reached, tip) < 0;
    if (!isBehind || !this.consuming.has(consuming)) return false;
    try {
      if (!(await this.consumeBatch(consuming, tip))) return false;
      consuming.failures = 0;
      return true;
    } catch (error) {
      consuming.failures += 1;
      consuming.skip = Math.min(2 ** consuming.failures - 1, MAX_SKIPPED_POLLS);
      const err = error instanceof Error ? redactError(error) : undefined;
      const { failures } = consuming;
      const { name } = consuming.consumer;
      this.logger.warn({ consumer: name, failures, err }, 'a consumer of the event feed failed');
      return false;
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

/** Whether a consumer that failed leaves out this poll. */
function pauses(consuming: Consuming): boolean {
  if (consuming.skip === 0) return false;
  consuming.skip -= 1;
  return true;
}
