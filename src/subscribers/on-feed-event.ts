import { type DomainEventName, type DomainEvents } from '../events/domain-events.js';
import { type FeedEvent } from '../feed/feed.sql.js';

/** The developers' API of durable subscribers: the decorator and its contract. */

/** A stored event, typed by its name. What it refers to may have changed or gone since. */
export type SubscribedEvent<K extends DomainEventName = DomainEventName> = K extends DomainEventName
  ? Omit<FeedEvent, 'eventKey' | 'meta' | 'epoch' | 'xid' | 'traceParent'> & {
      readonly eventKey: K;
      readonly meta: DomainEvents[K]['meta'];
    }
  : never;

/** What a subscriber's method gets beside the event. */
export interface SubscriberContext {
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  /** When this attempt began, by the database's time. */
  readonly now: Date;
  /** The job that runs the event, as in GET /api/jobs/{id}. */
  readonly jobId: string;
  /**
   * Aborts at the time limit, when the server stops and does not wait any longer, and when the job was given
   * to another worker. Pass it on to calls that take a signal, and stop working then.
   */
  readonly signal: AbortSignal;
}

export interface SubscriberOptions {
  /**
   * Names its cursor and its jobs: unique, and never changed, since a new name is a new subscriber. One to
   * three words in snake_case, joined by dots. By default those of the class and the method:
   * `InvoiceMailer.sendReminder` is `invoice_mailer.send_reminder`.
   */
  readonly name?: string;
  /** Where a new subscriber begins: after what is there (default), or with the oldest event on record. */
  readonly from?: 'now' | 'oldest';
  /** Longest run for one event, in ms, 60 s by default; then the attempt has failed. */
  readonly timeoutMs?: number;
  /** Pauses after failed attempts, in ms, JOB_BACKOFF_MS by default: one further attempt after each. */
  readonly backoffMs?: readonly number[];
}

/** A method that processes one event. It may run more than once for an event, so it must be idempotent. */
export type SubscriberMethod<K extends DomainEventName> = (
  event: SubscribedEvent<K>,
  context: SubscriberContext,
) => Promise<void> | void;

type SubscriberDecorator<K extends DomainEventName> = <M extends SubscriberMethod<K>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/** A decorated method, as the registry finds it. */
export interface DeclaredSubscriber {
  readonly method: string | symbol;
  /** Names of events, or `*`; not yet checked. */
  readonly names: readonly string[];
  readonly options: SubscriberOptions;
}

const SUBSCRIBERS = Symbol('SUBSCRIBERS');
export const EVERY_NAME = '*';

/**
 * Makes a method of a provider a durable subscriber of events: of one name, of several, or `*` of every
 * event. It gets each at least once, in the order of commits within a scope, across restarts and with any
 * number of processes. An event whose attempts are used up is dead-lettered, and the scope goes on.
 */
export function OnFeedEvent<K extends DomainEventName>(
  names: K | readonly K[],
  options?: SubscriberOptions,
): SubscriberDecorator<K>;
export function OnFeedEvent(
  names: '*',
  options?: SubscriberOptions,
): SubscriberDecorator<DomainEventName>;
export function OnFeedEvent(
  names: string | readonly string[],
  options: SubscriberOptions = {},
): SubscriberDecorator<never> {
  return (target, method) => {
    const declared = { method, names: [names].flat(), options } satisfies DeclaredSubscriber;
    const before = declaredIn(target).filter((other) => other.method !== method);
    // A list of its own: that of a base class stays as it is.
    Reflect.defineMetadata(SUBSCRIBERS, [...before, declared], target);
  };
}

/** The decorated methods of a prototype, with those that it inherits; of a class: its static ones. */
export function declaredIn(target: object): readonly DeclaredSubscriber[] {
  return (Reflect.getMetadata(SUBSCRIBERS, target) ?? []) as readonly DeclaredSubscriber[];
}
