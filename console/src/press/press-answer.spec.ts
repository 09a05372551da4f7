import { eventOf, type PressAnswer } from './press-answer.js';

const answer = (values: Partial<PressAnswer>): PressAnswer => ({
  status: 200,
  replayed: false,
  retryAfter: null,
  body: undefined,
  ...values,
});
const of = (values: Partial<PressAnswer>) => eventOf(answer(values), ['nba-1']);

describe('the answer to a press', () => {
  it('of one target is done, or replayed', () => {
    const body = { ok: true, executionId: 'execution-1' };
    expect(of({ body })).toEqual({
      type: 'answered',
      outcomes: { 'nba-1': { name: 'done', executionId: 'execution-1' } },
    });
    expect(of({ body, replayed: true })).toMatchObject({
      outcomes: { 'nba-1': { name: 'replayed' } },
    });
  });

  it('of several has an outcome for each', () => {
    const results = [
      { id: 'nba-1', ok: true, executionId: 'execution-1', replayed: false },
      { id: 'nba-2', ok: false, code: 'NEXT_ACTION_NOT_OPEN', detail: 'It is done.' },
    ];
    expect(eventOf(answer({ body: { results } }), ['nba-1', 'nba-2'])).toEqual({
      type: 'answered',
      outcomes: {
        'nba-1': { name: 'done', executionId: 'execution-1' },
        'nba-2': { name: 'refused', code: 'NEXT_ACTION_NOT_OPEN', detail: 'It is done.' },
      },
    });
  });

  it.each([
    [409, 'NEXT_ACTION_NOT_OPEN'],
    [422, 'IDEMPOTENCY_KEY_REUSED'],
    [500, 'ACTION_FAILED'],
    [500, 'ACTION_TIMED_OUT'],
  ])('of %s %s is a refusal with its reason', (status, code) => {
    const body = { code, detail: 'Because.', executionId: 'execution-1', requestId: 'request-1' };
    expect(of({ status, body })).toEqual({ type: 'refused', refusal: body });
  });

  it.each([
    [{ status: 429, retryAfter: '12' }, 12_000],
    [{ status: 429, retryAfter: '0' }, 0],
    [{ status: 429 }, 5000],
    [{ status: 503, retryAfter: '2', body: { code: 'DATABASE_BUSY', executionId: 'x' } }, 2000],
  ])('%j had no effect, and is sent again', (values, retryAfterMs) => {
    expect(of(values)).toEqual({ type: 'held', retryAfterMs });
  });

  it.each([
    [{ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } }],
    [{ status: 500, body: { code: 'INTERNAL_ERROR' } }],
    [{ status: 502, body: '<html>' }],
    [{ status: 200, body: '<html>' }],
    [{ status: 200 }],
  ])('%j leaves the outcome unknown', (values) => {
    expect(of(values)).toEqual({ type: 'lost' });
  });

  it('of 401 waits for a sign-in', () => {
    expect(of({ status: 401 })).toEqual({ type: 'signed-out' });
  });
});
