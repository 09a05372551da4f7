import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { type Logger } from 'pino';
import { ENV, type Env } from '../config/env.js';
import { type FeedConsumer } from '../feed/feed-consumer.js';
import { FeedCursors } from '../feed/feed-cursors.js';
import { FeedPoller } from '../feed/feed-poller.js';
import { FeedReader } from '../feed/feed-reader.js';
import { type FeedEvent } from '../feed/feed.sql.js';
import { type JobContext } from '../jobs/handlers/job-handler.js';
import { JobHandlerRegistry } from '../jobs/handlers/job-handler.registry.js';
import { DEFAULT_JOB_TIMEOUT_MS } from '../jobs/handlers/job-types.js';
import { LOGGER } from '../logging/logger.js';
import { EVERY_NAME, type SubscribedEvent } from './on-feed-event.js';
import { PendingEvents } from './pending-events.js';
import { type Subscriber, SubscriberRegistry } from './subscriber.registry.js';
import { SUBSCRIBER_TYPE_PREFIX, SubscriberPayload } from './subscriber-payload.js';

/** Before the name of a subscriber in that of its cursor. */
const CURSOR_PREFIX = 'subscriber:';
const BATCH_SIZE = 500;

/** After these events of its job, an event is not tried again by itself. */
const ENDED_FOR_GOOD: readonly string[] = ['job.dead_lettered', 'job.cancelled'];

/** Connects the subscribers with the feed and with the queue of jobs. */
@Injectable()
export class Subscriptions implements OnModuleInit, OnApplicationBootstrap {
  private subscribers: readonly Subscriber[] = [];

  constructor(
    private readonly registry: SubscriberRegistry,
    private readonly pending: PendingEvents,
    private readonly reader: FeedReader,
    private readonly poller: FeedPoller,
    private readonly cursors: FeedCursors,
    private readonly handlers: JobHandlerRegistry,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Before the worker starts, which takes the types that have a handler then. */
  onModuleInit(): void {
    this.subscribers = this.registry.find();
    for (const subscriber of this.subscribers) {
      const { type, at, options } = subscriber;
      this.handlers.add({
        type,
        className: at,
        payload: SubscriberPayload,
        timeoutMs: options.timeoutMs ?? DEFAULT_JOB_TIMEOUT_MS,
        backoffMs: options.backoffMs,
        handler: {
          handle: (context) => this.run(subscriber, context as JobContext<SubscriberPayload>),
        },
      });
    }
  }

  /** Reads the feed where jobs run, and nowhere else. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.env.worker) return;
    for (const subscriber of this.subscribers) this.poller.consume(this.consumerOf(subscriber));
    await this.warnOfRemoved();
  }

  private consumerOf(subscriber: Subscriber): FeedConsumer {
    const { name, names, type, options } = subscriber;
    const isWanted = (event: FeedEvent): boolean =>
      (names.has(EVERY_NAME) || names.has(event.eventKey)) && !isOfSubscriberJob(event);
    return {
      name: CURSOR_PREFIX + name,
      from: options.from ?? 'now',
      batchSize: BATCH_SIZE,
      // Without a filter: it also waits for what happens to its jobs, and its names may change.
      consume: (events, tx) => {
        const ended = events.filter(
          (event) => ENDED_FOR_GOOD.includes(event.eventKey) && jobTypeOf(event) === type,
        );
        const jobIds = ended.flatMap(({ sourceId }) => sourceId ?? []);
        return this.pending.add(tx, subscriber, events.filter(isWanted), jobIds);
      },
    };
  }

  private async run(subscriber: Subscriber, context: JobContext<SubscriberPayload>): Promise<void> {
    // The process may have ended after it recorded this event and before the end of its job.
    if (!(await this.pending.isPending(subscriber, context))) return;
    const { payload, attempt, now, jobId, signal } = context;
    const event = await this.reader.find(payload.eventId);
    if (!event) {
      throw new Error('The event is not on record any more: the retention has deleted it.');
    }
    await subscriber.run(event as SubscribedEvent, { attempt, now, jobId, signal });
    await this.pending.done(subscriber, context);
  }

  /** A subscriber whose code was removed keeps its cursor, in case that it comes back. */
  private async warnOfRemoved(): Promise<void> {
    const there = new Set(this.subscribers.map(({ name }) => CURSOR_PREFIX + name));
    const names = await this.cursors.names(CURSOR_PREFIX);
    for (const cursor of names.filter((name) => !there.has(name))) {
      this.logger.warn(
        { subscriber: cursor.slice(CURSOR_PREFIX.length) },
        'a subscriber of events is no longer in the code: its events wait until it is back; docs/events.md says how to delete it',
      );
    }
  }
}

function jobTypeOf({ sourceType, meta }: FeedEvent): string | undefined {
  const { type } = meta as { readonly type?: unknown };
  return sourceType === 'job' && typeof type === 'string' ? type : undefined;
}

/**
 * What happens to the jobs of subscribers is no event for subscribers: one that fails would get an event of
 * each failure, fail again, and go on without end.
 */
function isOfSubscriberJob(event: FeedEvent): boolean {
  return jobTypeOf(event)?.startsWith(SUBSCRIBER_TYPE_PREFIX) === true;
}
