import {
  dueAt,
  isInEffect,
  newPress,
  nextPress,
  type Press,
  type PressEvent,
  undoableExecutions,
} from './press.js';

const NOW = 1_000_000;
const ID = 'nba-1';
const intent = {
  key: 'key-1',
  userId: 'otto',
  actionKey: 'mark_done',
  label: 'Mark done',
  undoable: true,
  input: undefined,
  targets: [{ id: ID, title: 'Call Acme' }],
};
const done: PressEvent = {
  type: 'answered',
  outcomes: { [ID]: { name: 'done', executionId: 'execution-1' } },
};
const replayed: PressEvent = {
  type: 'answered',
  outcomes: { [ID]: { name: 'replayed', executionId: 'execution-1' } },
};

function after(...events: PressEvent[]): Press {
  return events.reduce((press, event) => nextPress(press, event, NOW), newPress(intent));
}

describe('a press', () => {
  it('is shown before the answer, and done after it', () => {
    expect(after({ type: 'sent' }).phase).toEqual({ name: 'optimistic' });
    const press = after({ type: 'sent' }, done);
    expect(press.phase).toEqual({ name: 'settled', at: NOW });
    expect(press.outcomes[ID]).toEqual({ name: 'done', executionId: 'execution-1' });
  });

  it('keeps its key however often it is sent', () => {
    const press = after({ type: 'sent' }, { type: 'lost' }, { type: 'sent' }, { type: 'lost' });
    expect(press.intent.key).toBe('key-1');
    expect(press.attempts).toBe(2);
  });

  it('is unknown after a lost answer, and asks again later each time, until nobody asks', () => {
    const pauses: (number | null)[] = [];
    let press = newPress(intent);
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      press = nextPress(nextPress(press, { type: 'sent' }, NOW), { type: 'lost' }, NOW);
      const { phase } = press;
      pauses.push(
        phase.name === 'unknown' && phase.askAgainAt !== null ? phase.askAgainAt - NOW : null,
      );
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, null]);
    expect(dueAt(press)).toBeUndefined();
  });

  it('stays unknown while it is asked about, also when that is held back', () => {
    const asking = after({ type: 'sent' }, { type: 'lost' }, { type: 'sent' });
    expect(asking.phase.name).toBe('unknown');
    const held = nextPress(asking, { type: 'held', retryAfterMs: 3000 }, NOW);
    expect(held.phase).toEqual({ name: 'unknown', askAgainAt: NOW + 3000 });
  });

  it('waits as long as a 429 says, and goes on', () => {
    const press = after({ type: 'sent' }, { type: 'held', retryAfterMs: 12_000 });
    expect(press.phase).toEqual({ name: 'waiting', until: NOW + 12_000 });
    expect(dueAt(press)).toBe(NOW + 12_000);
  });

  it('waits for a sign-in where the session ended', () => {
    const press = after({ type: 'sent' }, { type: 'signed-out' });
    expect(press.phase).toEqual({ name: 'waiting', until: 'sign-in' });
    expect(dueAt(press)).toBeUndefined();
  });

  it('says who was first when an earlier execution answers', () => {
    const press = after({ type: 'sent' }, replayed, {
      type: 'identified',
      id: ID,
      by: 'Ann',
      at: '2026-11-24T10:00:00.000Z',
      isOwn: false,
    });
    expect(press.outcomes[ID]).toMatchObject({ name: 'replayed', by: 'Ann' });
    expect(undoableExecutions(press)).toEqual([]);
  });

  it('is done, and can be undone, where its own lost answer is found', () => {
    const press = after({ type: 'sent' }, { type: 'lost' }, { type: 'sent' }, replayed, {
      type: 'identified',
      id: ID,
      by: 'Otto',
      at: '2026-11-24T10:00:00.000Z',
      isOwn: true,
    });
    expect(press.outcomes[ID]).toEqual({ name: 'done', executionId: 'execution-1' });
    expect(undoableExecutions(press)).toEqual([[ID, 'execution-1']]);
  });

  it('has no effect once it is refused, and says why', () => {
    const refusal = { code: 'ACTION_FAILED', detail: 'It threw.', executionId: 'execution-2' };
    const press = after({ type: 'sent' }, { type: 'refused', refusal });
    expect(press.outcomes[ID]).toEqual({ name: 'refused', ...refusal });
    expect(isInEffect(press, ID)).toBe(false);
    expect(undoableExecutions(press)).toEqual([]);
  });

  it('ignores an answer that comes after it is settled', () => {
    const press = after({ type: 'sent' }, done);
    expect(nextPress(press, { type: 'lost' }, NOW)).toBe(press);
  });

  it('has no effect while it is undone and after it', () => {
    const undoing = after({ type: 'sent' }, done, { type: 'undo-sent' });
    expect(isInEffect(undoing, ID)).toBe(false);
    const undone = nextPress(undoing, { type: 'undone' }, NOW);
    expect(undone.undo).toEqual({ name: 'undone' });
    expect(undoableExecutions(undone)).toEqual([]);
  });

  it('is in effect again when its undo is refused', () => {
    const refusal = { code: 'UNDO_EXPIRED', detail: 'Too late.' };
    const press = after(
      { type: 'sent' },
      done,
      { type: 'undo-sent' },
      { type: 'undo-refused', refusal },
    );
    expect(isInEffect(press, ID)).toBe(true);
    expect(press.undo).toEqual({ name: 'refused', ...refusal });
  });
});
