import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { StartError } from '../config/start-error.js';
import { classOf, scopeProblem } from '../discovery/decorated-providers.js';
import { DOMAIN_EVENT_NAMES, type DomainEventName } from '../events/domain-events.js';
import { timingProblem } from '../jobs/handlers/job-timing.js';
import {
  type DeclaredSubscriber,
  declaredIn,
  EVERY_NAME,
  type SubscriberMethod,
  type SubscriberOptions,
} from './on-feed-event.js';
import { SUBSCRIBER_TYPE_PREFIX, type SubscriberJobType } from './subscriber-payload.js';

/** A subscriber of this application, checked. */
export interface Subscriber {
  readonly name: string;
  /** Type of its jobs. */
  readonly type: SubscriberJobType;
  /** Class and method, for messages. */
  readonly at: string;
  /** Names of its events, or `*`. */
  readonly names: ReadonlySet<string>;
  readonly options: SubscriberOptions;
  readonly instance: object;
  readonly run: SubscriberMethod<DomainEventName>;
}

/** A mistake in a subscriber. Its message names the class, the method and the fix; the start fails. */
export class SubscriberError extends StartError {}

/** With the prefix, at most as many dots and characters as the type of a job may have. */
const NAME = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,2}$/;
const MAX_NAME = 80;
const STARTS: readonly unknown[] = ['now', 'oldest', undefined];

/** Finds every @OnFeedEvent method of the application and checks it. */
@Injectable()
export class SubscriberRegistry {
  constructor(private readonly discovery: DiscoveryService) {}

  /** Every subscriber; throws a {@link SubscriberError} for a mistake in one. */
  find(): Subscriber[] {
    const found = new Map<string, Subscriber>();
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    for (const subscriber of wrappers.flatMap(subscribersOf)) add(found, subscriber);
    return [...found.values()];
  }
}

function add(found: Map<string, Subscriber>, subscriber: Subscriber): void {
  const { name, at, instance } = subscriber;
  const other = found.get(name);
  if (other?.instance === instance && other.at === at) return;
  if (other) {
    const fix =
      other.at === at
        ? `${at} is provided twice. Take one provider away`
        : `${other.at} and ${at} share one. Give one of them another`;
    throw new SubscriberError(`Two subscribers have the name "${name}": ${fix}.`);
  }
  found.set(name, subscriber);
}

function subscribersOf(wrapper: InstanceWrapper): Subscriber[] {
  const type = classOf(wrapper);
  if (!type) return [];
  const [onClass] = declaredIn(type);
  if (onClass) {
    throw new SubscriberError(
      `${type.name}.${String(onClass.method)} is static: make it a method of the instance.`,
    );
  }
  // A provider may be any value, also one without a prototype.
  const prototype = type.prototype as object | undefined;
  const declared = prototype === undefined ? [] : declaredIn(prototype);
  return declared.map((subscriber) => checked(type.name, wrapper, subscriber));
}

function checked(
  className: string,
  wrapper: InstanceWrapper,
  { method, names, options }: DeclaredSubscriber,
): Subscriber {
  const at = `${className}.${String(method)}`;
  const problem = scopeProblem(wrapper);
  if (problem !== undefined) {
    throw new SubscriberError(
      `${at} is a subscriber, but ${className} ${problem}: make it a singleton, an event has no request.`,
    );
  }
  const instance = wrapper.instance as Record<string | symbol, unknown>;
  const run = instance[method];
  if (typeof run !== 'function') {
    throw new SubscriberError(
      `${at} is no method: put @OnFeedEvent on "async ${String(method)}(event: SubscribedEvent): Promise<void>".`,
    );
  }
  checkEvents(at, names);
  checkOptions(at, options);
  const name = nameOf(at, className, method, options);
  return {
    name,
    type: `${SUBSCRIBER_TYPE_PREFIX}${name}`,
    at,
    names: new Set(names),
    options,
    instance,
    run: (event, context) =>
      (run as SubscriberMethod<DomainEventName>).call(instance, event, context),
  };
}

function checkEvents(at: string, names: readonly string[]): void {
  if (names.length === 0) {
    throw new SubscriberError(`${at} names no event: name one, several, or '*' for every event.`);
  }
  const known: readonly string[] = [EVERY_NAME, ...DOMAIN_EVENT_NAMES];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new SubscriberError(
    `${at} names the unknown event "${unknown}": use one of ${DOMAIN_EVENT_NAMES.join(', ')}, or '*' for every event.`,
  );
}

function checkOptions(at: string, options: SubscriberOptions): void {
  if (!STARTS.includes(options.from)) {
    throw new SubscriberError(`${at} has a bad from: use 'now' or 'oldest', or leave it out.`);
  }
  const badTimes = timingProblem(options);
  if (badTimes !== undefined) throw new SubscriberError(`${at} has ${badTimes}`);
}

function nameOf(
  at: string,
  className: string,
  method: string | symbol,
  options: SubscriberOptions,
): string {
  const name = options.name ?? `${snakeCase(className)}.${snakeCase(String(method))}`;
  if (typeof name === 'string' && NAME.test(name) && name.length <= MAX_NAME) return name;
  throw new SubscriberError(
    `${at} has the name "${name}": give it one of up to three snake_case words joined by dots, at most ${MAX_NAME} characters, as in { name: 'invoices.send_reminder' }.`,
  );
}

/** `sendHTTPReport` is `send_http_report`. */
function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
