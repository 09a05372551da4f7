import { arrived, merged, MOST, upTo } from './flow.js';

const event = (id: string) => ({ id });
const ids = (events: readonly { id: string }[]) => events.map(({ id }) => id).join('');

describe('the flow of live events', () => {
  it('has the newest first, whatever the order in which they come, and each once', () => {
    const came = arrived([], [event('b'), event('d'), event('c')]);
    expect(ids(came)).toBe('dcb');
    expect(ids(merged(came, [event('c'), event('a')]))).toBe('dcba');
    expect(arrived(came, [event('b'), event('d')])).toBe(came);
  });

  it('takes no more when it is full', () => {
    const full = Array.from({ length: MOST }, (_, index) => event(String(index).padStart(4, '0')));
    expect(arrived(full, [event('a')])).toBe(full);
  });

  it('keeps back what is newer than what somebody reads', () => {
    const events = [event('c'), event('b'), event('a')];
    expect(upTo('b', events)).toEqual({ shown: [event('b'), event('a')], waiting: 1 });
    expect(upTo(undefined, events)).toEqual({ shown: events, waiting: 0 });
    // The list was empty.
    expect(upTo('', events)).toEqual({ shown: [], waiting: 3 });
  });
});
