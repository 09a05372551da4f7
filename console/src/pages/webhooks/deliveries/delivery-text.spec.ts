import { type Delivery } from '../../../api/webhooks.js';
import {
  durationOf,
  isUnderWay,
  outcomeOf,
  readable,
  shortOutcomeOf,
  sinceOf,
} from './delivery-text.js';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');
const DELIVERY: Delivery = {
  id: 'd',
  endpointId: 'e',
  eventId: 'v',
  eventKey: 'nba.run',
  entityType: 'account',
  entityId: 'acme',
  messageId: 'msg_1',
  state: 'pending',
  tries: 0,
  nextTryAt: null,
  lastStatus: null,
  lastError: null,
  deliveredAt: null,
  createdAt: '2026-06-01T11:00:00.000Z',
  updatedAt: '2026-06-01T11:00:00.000Z',
};

describe('a delivery', () => {
  it.each([
    ['not tried yet', {}],
    ['under way', { tries: 1 }],
    ['200', { tries: 1, lastStatus: 200 }],
    ['500', { tries: 1, lastStatus: 500, lastError: 'HTTP 500' }],
    ['connect ECONNREFUSED', { tries: 2, lastError: 'connect ECONNREFUSED' }],
  ])('came to: %s', (text, change) => {
    expect(outcomeOf({ ...DELIVERY, ...change })).toBe(text);
  });

  it('came to no answer, in short', () => {
    const refused = { ...DELIVERY, tries: 2, lastError: 'connect ECONNREFUSED' };
    expect(shortOutcomeOf(refused)).toBe('no answer');
    expect(shortOutcomeOf({ ...DELIVERY, tries: 1, lastStatus: 500 })).toBe('500');
  });

  it('is worth looking at again while a try is under way, or due within a minute', () => {
    expect(isUnderWay(DELIVERY, NOW)).toBe(true);
    expect(isUnderWay({ ...DELIVERY, nextTryAt: '2026-06-01T12:00:30.000Z' }, NOW)).toBe(true);
    expect(isUnderWay({ ...DELIVERY, nextTryAt: '2026-06-01T14:00:00.000Z' }, NOW)).toBe(false);
    expect(isUnderWay({ ...DELIVERY, state: 'failed' }, NOW)).toBe(false);
  });
});

describe('texts of deliveries', () => {
  it('begin a span that ends now', () => {
    expect(sinceOf('24h', NOW)).toBe('2026-05-31T12:00:00.000Z');
    expect(sinceOf('', NOW)).toBeUndefined();
  });

  it('write durations and JSON', () => {
    expect(durationOf(84)).toBe('84 ms');
    expect(durationOf(1540)).toBe('1.5 s');
    expect(readable('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(readable('<html>')).toBe('<html>');
  });
});
