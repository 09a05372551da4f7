import { type Outcome, type Phase, type Press, type Undo } from './press.js';
import { result, standing } from './press-text.js';

const NOW = Date.parse('2026-11-24T10:00:00.000Z');

function press(phase: Phase, outcomes: Record<string, Outcome> = {}, undo?: Undo): Press {
  const ids = Object.keys(outcomes);
  const targets = (ids.length > 0 ? ids : ['a']).map((id) => ({ id, title: 'Call Acme' }));
  const intent = {
    key: 'key',
    userId: 'otto',
    actionKey: 'mark_done',
    label: 'Mark done',
    undoable: true,
    input: undefined,
    targets,
  };
  return { intent, attempts: 1, phase, outcomes, undo };
}
const settled: Phase = { name: 'settled', at: NOW };
const done: Outcome = { name: 'done', executionId: '1' };
const refused: Outcome = { name: 'refused', code: 'X', detail: 'It is closed.' };

describe('the words of a press', () => {
  it.each([
    [{ name: 'optimistic' }, 'Mark done…'],
    [{ name: 'waiting', until: NOW + 2500 }, 'Too many presses: goes on in 3 s'],
    [{ name: 'waiting', until: 'sign-in' }, 'Waits for you to sign in'],
    [{ name: 'unknown', askAgainAt: NOW + 1000 }, 'Outcome unknown, asking again in 1 s'],
    [{ name: 'unknown', askAgainAt: null }, 'Outcome unknown'],
    [settled, undefined],
  ] as const)('while it stands at %j: %s', (phase, expected) => {
    expect(standing(press(phase), undefined, NOW)).toBe(expected);
  });

  it('count no seconds for a screen reader', () => {
    const phase: Phase = { name: 'unknown', askAgainAt: NOW + 1000 };
    expect(standing(press(phase), undefined)).toBe('Outcome unknown, asking again');
  });

  it.each([
    [{ a: done }, '“Call Acme”: mark done'],
    [{ a: refused }, 'Mark done did not happen: It is closed.'],
    [{ a: { name: 'replayed', executionId: '1' } }, '“Call Acme”: already done'],
    [
      { a: { name: 'replayed', executionId: '1', by: 'Ann', at: '2026-11-24T09:58:00.000Z' } },
      '“Call Acme”: already done by Ann, 2 min ago',
    ],
    [{ a: done, b: done }, 'Mark done: 2 of 2 done'],
    [{ a: done, b: refused }, 'Mark done: 1 of 2 done, 1 refused'],
  ] as [Record<string, Outcome>, string][])('after %j: %s', (outcomes, expected) => {
    expect(result(press(settled, outcomes), NOW)).toBe(expected);
  });

  it('say that it was undone', () => {
    expect(result(press(settled, { a: done }, { name: 'undone' }), NOW)).toBe('Undone: Mark done');
  });
});
