import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Test, type TestingModule } from '@nestjs/testing';
import { EventBus } from './event-bus.js';
import { EventsModule } from './events.module.js';
import { type RecordedEvent, recordEvent } from './recorded-event.js';

const heard: string[] = [];
const note = (listener: string, { eventKey }: RecordedEvent) =>
  heard.push(`${listener} ${eventKey}`);

@Injectable()
class Listeners {
  @OnEvent('**', { suppressErrors: false })
  everything(event: RecordedEvent): void {
    note('everything', event);
  }

  @OnEvent('job.failed', { suppressErrors: false })
  ofOneName(event: RecordedEvent): void {
    note('of one name', event);
  }

  @OnEvent('job.*', { suppressErrors: false })
  ofAPattern(event: RecordedEvent): void {
    note('of a pattern', event);
  }
}

@Injectable()
class FailingListeners {
  @OnEvent('**', { suppressErrors: false })
  throws(): void {
    throw new Error('password=s3same refused');
  }

  @OnEvent('**', { suppressErrors: false })
  async rejects(): Promise<void> {
    await Promise.reject(new Error('a listener rejects'));
  }
}

const about = { actorId: null, requestId: null, sourceType: null, sourceId: null, status: null };
const jobFailed = () =>
  recordEvent('job.failed', { ...about, meta: { type: 'x', attempt: 1, retryAt: null } });
const executed = () =>
  recordEvent('nba.delivery.executed', {
    ...about,
    meta: { executionId: 'e', actionKey: 'a', result: {}, changes: {} },
  });

describe('the event bus', () => {
  let nest: TestingModule;
  const errors: unknown[] = [];
  beforeEach(() => {
    heard.length = 0;
    errors.length = 0;
    jest.spyOn(Logger.prototype, 'error').mockImplementation((error) => void errors.push(error));
  });
  afterEach(async () => {
    await nest.close();
    jest.restoreAllMocks();
  });
  const start = async (...providers: (typeof Listeners | typeof FailingListeners)[]) => {
    nest = await Test.createTestingModule({ imports: [EventsModule], providers }).compile();
    await nest.init();
    return nest.get(EventBus);
  };

  it('calls the listeners of a name, of a pattern and of every event', async () => {
    const bus = await start(Listeners);
    bus.emit(executed());
    expect(heard).toEqual(['everything nba.delivery.executed']);
    heard.length = 0;
    bus.emit(jobFailed());
    expect(heard.sort()).toEqual([
      'everything job.failed',
      'of a pattern job.failed',
      'of one name job.failed',
    ]);
  });

  it('logs a listener that throws or rejects, and calls the others', async () => {
    const bus = await start(FailingListeners, Listeners);
    const event = executed();
    bus.emit(event);
    expect(heard).toEqual(['everything nba.delivery.executed']);
    await new Promise(setImmediate);
    const line = { msg: 'an event listener failed', eventKey: event.eventKey, eventId: event.id };
    const failed = (message: string) => ({ ...line, err: expect.objectContaining({ message }) });
    expect(errors).toEqual([failed('password=[redacted] refused'), failed('a listener rejects')]);
  });
});
