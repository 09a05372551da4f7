import { type DiscoveryService } from '@nestjs/core';
import { OnFeedEvent, type SubscribedEvent, type SubscriberOptions } from './on-feed-event.js';
import { type Subscriber, SubscriberError, SubscriberRegistry } from './subscriber.registry.js';

type Class = new () => object;

function find(classes: readonly Class[], wrapper: object = {}): Subscriber[] {
  const providers = classes.map((metatype) => ({
    metatype,
    instance: new metatype(),
    isDependencyTreeStatic: () => true,
    ...wrapper,
  }));
  const discovery = { getProviders: () => providers, getControllers: () => [] };
  return new SubscriberRegistry(discovery as unknown as DiscoveryService).find();
}

/** A class with one subscriber, also one that the compiler would refuse. */
function subscriberOf(names: unknown, options?: object): Class {
  class Mailer {
    send(): void {
      return undefined;
    }
  }
  const decorate = OnFeedEvent(names as 'nba.run', options as SubscriberOptions);
  const descriptor = Object.getOwnPropertyDescriptor(Mailer.prototype, 'send')!;
  decorate(Mailer.prototype, 'send', descriptor);
  return Mailer;
}

describe('the registry of subscribers', () => {
  it('finds the methods of a class, named after it and the method by default', async () => {
    const heard: unknown[] = [];
    class HTTPReportMailer {
      readonly to = 'you';

      @OnFeedEvent('nba.run')
      onRun({ eventKey, meta }: SubscribedEvent<'nba.run'>): void {
        heard.push([this.to, eventKey, meta.runKey]);
      }

      @OnFeedEvent(['job.failed', 'job.retried'], { name: 'reports.of_jobs' })
      async sendHTTPReport(event: SubscribedEvent<'job.failed' | 'job.retried'>): Promise<void> {
        heard.push(event.eventKey === 'job.failed' ? event.meta.retryAt : event.meta.type);
        await Promise.resolve();
      }

      @OnFeedEvent('*')
      everything(): void {
        heard.push('everything');
      }
    }
    const [first, second, third] = find([HTTPReportMailer]);
    expect(first).toMatchObject({
      name: 'http_report_mailer.on_run',
      type: 'subscriber.http_report_mailer.on_run',
      at: 'HTTPReportMailer.onRun',
      names: new Set(['nba.run']),
    });
    expect(second).toMatchObject({
      name: 'reports.of_jobs',
      names: new Set(['job.failed', 'job.retried']),
    });
    expect(third).toMatchObject({ names: new Set(['*']) });
    await first!.run({ eventKey: 'nba.run', meta: { runKey: 'r' } } as never, {} as never);
    expect(heard).toEqual([['you', 'nba.run', 'r']]);
  });

  it('finds inherited methods, each class under its own name', () => {
    class Base {
      @OnFeedEvent('nba.run')
      hear(): void {
        return undefined;
      }
    }
    class Derived extends Base {
      @OnFeedEvent('job.failed')
      alsoHear(): void {
        return undefined;
      }
    }
    expect(find([Base, Derived]).map(({ name }) => name)).toEqual([
      'base.hear',
      'derived.hear',
      'derived.also_hear',
    ]);
  });

  it('takes one instance that is found twice once', () => {
    const Mailer = subscriberOf('nba.run');
    const instance = new Mailer();
    expect(find([Mailer, Mailer], { instance })).toHaveLength(1);
  });

  it.each<[string, () => unknown, string]>([
    [
      'an unknown event',
      () => find([subscriberOf('nba.runs')]),
      'Mailer.send names the unknown event "nba.runs": use one of nba.delivery.executed, ',
    ],
    [
      'no event',
      () => find([subscriberOf([])]),
      "Mailer.send names no event: name one, several, or '*' for every event.",
    ],
    [
      'two of one name',
      () => find([subscriberOf('nba.run', { name: 'a' }), subscriberOf('nba.run', { name: 'a' })]),
      'Two subscribers have the name "a": Mailer.send is provided twice. Take one provider away.',
    ],
    [
      'two methods of one name',
      () => {
        class Twice {
          @OnFeedEvent('nba.run', { name: 'a' })
          one(): void {
            return undefined;
          }

          @OnFeedEvent('nba.run', { name: 'a' })
          two(): void {
            return undefined;
          }
        }
        return find([Twice]);
      },
      'Two subscribers have the name "a": Twice.one and Twice.two share one. Give one of them another.',
    ],
    [
      'a bad name',
      () => find([subscriberOf('nba.run', { name: 'Send it' })]),
      'Mailer.send has the name "Send it": give it one of up to three snake_case words joined by dots',
    ],
    [
      'a name of four words',
      () => find([subscriberOf('nba.run', { name: 'a.b.c.d' })]),
      'Mailer.send has the name "a.b.c.d": give it one of up to three snake_case words',
    ],
    [
      'a request-scoped provider',
      () => find([subscriberOf('nba.run')], { isDependencyTreeStatic: () => false }),
      'Mailer.send is a subscriber, but Mailer is request-scoped, or depends on a request-scoped provider: make it a singleton',
    ],
    [
      'a transient provider',
      () => find([subscriberOf('nba.run')], { isTransient: true }),
      'Mailer.send is a subscriber, but Mailer has the scope TRANSIENT: make it a singleton',
    ],
    [
      'what is no method',
      () => {
        class Mailer {
          send = 'no method';
        }
        (OnFeedEvent('nba.run') as PropertyDecorator)(Mailer.prototype, 'send');
        return find([Mailer]);
      },
      'Mailer.send is no method: put @OnFeedEvent on "async send(event: SubscribedEvent): Promise<void>".',
    ],
    [
      'a static method',
      () => {
        class Mailer {
          @OnFeedEvent('nba.run')
          static send(): void {
            return undefined;
          }

          alsoSend(): void {
            return undefined;
          }
        }
        return find([Mailer]);
      },
      'Mailer.send is static: make it a method of the instance.',
    ],
    [
      'a bad start',
      () => find([subscriberOf('nba.run', { from: 'newest' })]),
      "Mailer.send has a bad from: use 'now' or 'oldest', or leave it out.",
    ],
    [
      'a bad time limit',
      () => find([subscriberOf('nba.run', { timeoutMs: 0 })]),
      'Mailer.send has a bad timeoutMs: use milliseconds from 1 to 21600000.',
    ],
    [
      'bad pauses',
      () => find([subscriberOf('nba.run', { backoffMs: [-1] })]),
      'Mailer.send has a bad backoffMs: use up to 10 pauses in milliseconds.',
    ],
    [
      'pauses that are no list',
      () => find([subscriberOf('nba.run', { backoffMs: 5 })]),
      'Mailer.send has a bad backoffMs',
    ],
  ])('fails on %s, naming the method and the fix', (_, start, message) => {
    expect(start).toThrow(SubscriberError);
    expect(start).toThrow(message);
  });

  it('types the event by its name', () => {
    const heard: string[] = [];
    class Typed {
      @OnFeedEvent('nba.run')
      right({ meta }: SubscribedEvent<'nba.run'>): void {
        heard.push(meta.runKey);
      }

      // @ts-expect-error -- the event of another name
      @OnFeedEvent('job.failed')
      wrong({ meta }: SubscribedEvent<'nba.run'>): void {
        heard.push(meta.runKey);
      }

      // @ts-expect-error -- no such event
      @OnFeedEvent('nba.runs')
      unknown(): void {
        return undefined;
      }
    }
    expect(() => find([Typed])).toThrow('nba.runs');
  });
});
