import { type Webhook } from '../../api/webhooks.js';
import { eventsOf, localInputOf, placeOf, reasonOf } from './webhook-text.js';

describe('texts of a webhook', () => {
  it('name its place without the scheme', () => {
    expect(placeOf('https://hooks.example.com/in?a=1')).toBe('hooks.example.com/in?a=1');
    expect(placeOf('http://hooks.example.com:8080/')).toBe('hooks.example.com:8080');
  });

  it('count the events after the second', () => {
    expect(eventsOf(['*'])).toBe('all events');
    expect(eventsOf(['a', 'b'])).toBe('a, b');
    expect(eventsOf(['a', 'b', 'c', 'd'])).toBe('a, b and 2 more');
  });

  it('say why it is disabled', () => {
    const webhook = { disabledReason: 'gone' } as Webhook;
    expect(reasonOf(webhook)).toBe('disabled: it answered 410 Gone');
  });

  it('write a time as a field takes it, and back', () => {
    const time = new Date('2026-06-01T12:34:00.000Z');
    expect(new Date(localInputOf(time))).toEqual(time);
  });
});
