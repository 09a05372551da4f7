import { type DomainEventName } from '../../src/events/domain-events.js';
import { EventBus } from '../../src/events/event-bus.js';
import { type RecordedEvent } from '../../src/events/recorded-event.js';
import { type TestApp } from './app.js';

/**
 * Resolves with the next event of this name that `matches`; it is emitted after its commit. Ask before
 * the work is begun, and await afterwards:
 * `const told = waitForEvent(app, 'job.dead_lettered'); await work(); await told;`
 */
export function waitForEvent<K extends DomainEventName>(
  app: TestApp,
  eventKey: K,
  matches: (event: RecordedEvent<K>) => boolean = () => true,
  patienceMs = 10_000,
): Promise<RecordedEvent<K>> {
  return new Promise((resolve, reject) => {
    const end = app.get(EventBus).onAny((event) => {
      if (event.eventKey !== eventKey || !matches(event as RecordedEvent<K>)) return;
      settle(() => resolve(event as RecordedEvent<K>));
    });
    const timer = setTimeout(
      () => settle(() => reject(new Error(`No ${eventKey} within ${patienceMs} ms.`))),
      patienceMs,
    );
    const settle = (how: () => void) => {
      clearTimeout(timer);
      end();
      how();
    };
  });
}
