import { EventEmitter2 } from '@nestjs/event-emitter';
import { type DomainEventName } from '../../src/events/domain-events.js';
import { type RecordedEvent } from '../../src/events/recorded-event.js';
import { type TestApp } from './app.js';

/**
 * Resolves with the next event of this name that `matches`; it is emitted after its commit. Ask before
 * the work is begun, and await afterwards:
 * `const published = waitForEvent(app, 'job.dead_lettered'); await work(); await published;`
 */
export function waitForEvent<K extends DomainEventName>(
  app: TestApp,
  eventKey: K,
  matches: (event: RecordedEvent<K>) => boolean = () => true,
  patienceMs = 10_000,
): Promise<RecordedEvent<K>> {
  const published = new Promise<RecordedEvent<K>>((resolve, reject) => {
    const end = onEvent(app, eventKey, (event) => {
      if (matches(event as RecordedEvent<K>)) settle(() => resolve(event as RecordedEvent<K>));
    });
    const timer = setTimeout(
      () => settle(() => reject(new Error(`No ${eventKey} within ${patienceMs} ms.`))),
      patienceMs,
    ).unref();
    const settle = (how: () => void) => {
      clearTimeout(timer);
      end();
      how();
    };
  });
  // A test that fails before it awaits the event has its failure already: without this, the late rejection
  // would be unhandled and end the process.
  published.catch(() => undefined);
  return published;
}

/** Listens to the events of this name, or to `'**'`, every event. Returns the function that ends it. */
export function onEvent(
  app: TestApp,
  eventKey: DomainEventName | '**',
  listener: (event: RecordedEvent) => unknown,
): () => void {
  const emitter = app.get(EventEmitter2);
  emitter.on(eventKey, listener);
  return () => void emitter.off(eventKey, listener);
}
