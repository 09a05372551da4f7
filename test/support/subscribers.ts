import { Injectable, type Provider } from '@nestjs/common';
import { TransactionRunner } from '../../src/database/transactions/transaction-runner.js';
import { type DomainEventName } from '../../src/events/domain-events.js';
import { FeedPoller } from '../../src/feed/feed-poller.js';
import { FeedReader } from '../../src/feed/feed-reader.js';
import { type Scope } from '../../src/kernel/scope.js';
import {
  OnFeedEvent,
  type SubscribedEvent,
  type SubscriberContext,
  type SubscriberOptions,
} from '../../src/subscribers/on-feed-event.js';
import { createTestApp, type TestApp } from './app.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { publishEvent } from './feed.js';
import { QUICK_JOBS } from './jobs.js';

/** Only the tests poll the feed; jobs are quick. */
export const QUICK_SUBSCRIBERS = { ...QUICK_JOBS, FEED_POLL_MS: '60000' };

type Work = (note: string, context: SubscriberContext) => Promise<void> | void;

/** A subscriber of `nba.upsert` for tests, whose work the test defines; records the notes of its runs. */
export class Listener {
  readonly runs: string[] = [];
  readonly ended: string[] = [];
  readonly events: SubscribedEvent[] = [];
  work: Work = () => undefined;

  /** The provider that brings it. */
  provider(
    options: SubscriberOptions = {},
    names: DomainEventName | DomainEventName[] | '*' = 'nba.upsert',
  ): Provider {
    const { runs, ended, events } = this;
    const work: Work = (note, context) => this.work(note, context);

    @Injectable()
    class TestListener {
      @OnFeedEvent(names as DomainEventName, { name: 'test', ...options })
      async hear(event: SubscribedEvent, context: SubscriberContext): Promise<void> {
        const note = event.requestId ?? event.eventKey;
        runs.push(note);
        events.push(event);
        await work(note, context);
        ended.push(note);
      }
    }
    return TestListener;
  }
}

/** The scope of the tests by its id. */
export const scope = (entityId: string): Scope => ({ entityType: 'account', entityId });

/** Polls until every event that is stored now was read by the consumers of the application. */
export async function pollAll(on: TestApp): Promise<void> {
  await eventually('every event is below the horizon', async () => {
    const tip = await on.get(FeedReader).tip();
    const [row] = await on.rows<{ behind: boolean }>(
      'SELECT EXISTS (SELECT FROM ops_events WHERE (epoch, xid, id) > ($1, $2, $3)) AS behind',
      [tip.epoch, tip.xid, tip.id],
    );
    return row?.behind === false;
  });
  await on.get(FeedPoller).poll();
}

/** A job of a subscriber, straight from the table. */
export interface SubscriberJob extends Record<string, unknown> {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly note: string;
}

/** The jobs of a subscriber, in the order in which they were enqueued, with the notes of their events. */
export function jobsOf(on: TestApp, name = 'test'): Promise<SubscriberJob[]> {
  return on.rows<SubscriberJob>(
    `SELECT jobs.id, jobs.state, attempts, coalesce(request_id, event_key) AS note
     FROM jobs LEFT JOIN ops_events ON ops_events.id = (jobs.payload->>'eventId')::uuid
     WHERE type = $1 ORDER BY jobs.id`,
    [`subscriber.${name}`],
  );
}

/** Applications of a test on one database, which it begins with {@link open}. */
export class Replicas {
  private readonly apps: TestApp[] = [];
  private opened: TestDatabase | undefined;

  get database(): TestDatabase {
    if (!this.opened) throw new Error('The database of the test is not there yet.');
    return this.opened;
  }

  async open(): Promise<void> {
    this.opened = await createTestDatabase();
  }

  async close(): Promise<void> {
    await Promise.all(this.apps.splice(0).map((app) => app.close()));
    await this.opened?.drop();
  }

  /** Starts one with these providers; its subscribers have their cursors. */
  async start(providers: Provider[], env: Record<string, string> = {}): Promise<TestApp> {
    const { database } = this;
    const app = await createTestApp({ database, env: { ...QUICK_SUBSCRIBERS, ...env }, providers });
    this.apps.push(app);
    await app.get(FeedPoller).poll();
    return app;
  }

  /** Stops one. */
  async stop(app: TestApp): Promise<void> {
    this.apps.splice(this.apps.indexOf(app), 1);
    await app.close();
  }
}

/** Publishes events, each as its scope, or none, and its note; each in a transaction of its own. */
export async function publishAll(
  on: TestApp,
  ...events: (readonly [entityId: string | null, note: string])[]
): Promise<void> {
  for (const [entityId, note] of events) {
    const options = entityId === null ? {} : { scope: scope(entityId) };
    await publishEvent(on.get(TransactionRunner), note, options);
  }
}

/** Waits until the method has succeeded for these. */
export function untilEnded({ ended }: Listener, ...notes: string[]): Promise<void> {
  const all = (): boolean => notes.every((note) => ended.includes(note));
  return eventually(`ended: ${notes.join(', ')}`, all, 20_000 + 500 * notes.length);
}

/** Waits until the job of an event is in a state. */
export async function untilJobOf(on: TestApp, note: string, state: string): Promise<SubscriberJob> {
  let found: SubscriberJob | undefined;
  await eventually(`the job of ${note} is ${state}`, async () => {
    found = (await jobsOf(on)).find((job) => job.note === note && job.state === state);
    return found !== undefined;
  });
  return found!;
}
