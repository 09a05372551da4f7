import { type Intent, type Press } from './press.js';
import { type PressAnswer } from './press-answer.js';
import { type Presser, Presses, type Transport } from './presses.js';

const intent = (key: string): Intent => ({
  key,
  userId: 'otto',
  actionKey: 'mark_done',
  label: 'Mark done',
  undoable: true,
  input: undefined,
  targets: [{ id: `nba-of-${key}`, title: 'Call Acme' }],
});
const answer = (
  status: number,
  body: object = {},
  retryAfter: string | null = null,
): PressAnswer => ({
  status,
  replayed: false,
  retryAfter,
  body,
});
const done = answer(200, { executionId: 'execution-1' });
const replayed: PressAnswer = { ...done, replayed: true };

/** A server that answers each request with the next of these; null: no answer comes. */
class Server implements Transport {
  readonly keys: string[] = [];
  readonly undone: string[] = [];
  readonly lookedUp: string[] = [];
  presser: Presser | undefined;

  constructor(private readonly answers: (PressAnswer | null)[]) {}

  press({ key }: Intent): Promise<PressAnswer> {
    this.keys.push(key);
    return this.next();
  }
  undo(executions: readonly [string, string][]): Promise<PressAnswer> {
    this.undone.push(...executions.map(([, execution]) => execution));
    return this.next();
  }
  presserOf(id: string): Promise<Presser | undefined> {
    this.lookedUp.push(id);
    return Promise.resolve(this.presser);
  }

  private next(): Promise<PressAnswer> {
    const answered = this.answers.shift();
    return answered ? Promise.resolve(answered) : Promise.reject(new Error('No answer.'));
  }
}

describe('presses', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const changed: string[] = [];
  let signedIn: string | undefined;
  function pressing(server: Server): { presses: Presses; last: () => Press } {
    signedIn = 'otto';
    changed.length = 0;
    const listener = { changed: (ids: readonly string[]) => changed.push(...ids) };
    const presses = new Presses(server, listener, () => signedIn);
    return { presses, last: () => presses.all().at(-1)! };
  }
  const settle = () => jest.advanceTimersByTimeAsync(0);

  it('asks again with the same key until the outcome is known', async () => {
    const server = new Server([null, answer(502), replayed]);
    server.presser = { id: 'otto', name: 'Otto', at: '2026-11-24T10:00:00.000Z' };
    const { presses, last } = pressing(server);
    presses.press(intent('a'));
    await settle();
    expect(last().phase.name).toBe('unknown');
    expect(changed).toEqual([]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(last().phase.name).toBe('unknown');
    await jest.advanceTimersByTimeAsync(2000);
    expect(server.keys).toEqual(['a', 'a', 'a']);
    expect(last().outcomes).toEqual({ 'nba-of-a': { name: 'done', executionId: 'execution-1' } });
    expect(changed).toEqual(['nba-of-a']);
  });

  it('goes on by itself after the pause of a 429', async () => {
    const server = new Server([answer(429, {}, '7'), done]);
    const { presses, last } = pressing(server);
    presses.press(intent('a'));
    await jest.advanceTimersByTimeAsync(6999);
    expect(server.keys).toEqual(['a']);
    await jest.advanceTimersByTimeAsync(1);
    expect(server.keys).toEqual(['a', 'a']);
    expect(last().phase.name).toBe('settled');
  });

  it('sends what waited for a sign-in, once there is one', async () => {
    const server = new Server([answer(401), done]);
    const { presses, last } = pressing(server);
    presses.press(intent('a'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(server.keys).toEqual(['a']);
    presses.resume();
    await settle();
    expect(server.keys).toEqual(['a', 'a']);
    expect(last().phase.name).toBe('settled');
  });

  it.each([
    ['whose outcome is unknown', null],
    ['that waits', answer(429, {}, '1')],
  ])('sends a press %s for nobody but who made it', async (_, first) => {
    const server = new Server([first, done]);
    const { presses, last } = pressing(server);
    presses.press(intent('a'));
    await settle();
    for (const other of [undefined, 'ann']) {
      signedIn = other;
      presses.resume();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(server.keys).toEqual(['a']);
    }
    signedIn = 'otto';
    presses.resume();
    await settle();
    expect(server.keys).toEqual(['a', 'a']);
    signedIn = 'ann';
    await presses.undo('a');
    expect(server.undone).toEqual([]);
    expect(last().phase.name).toBe('settled');
  });

  it('names the colleague who was first', async () => {
    const server = new Server([replayed]);
    server.presser = { id: 'ann', name: 'Ann', at: '2026-11-24T10:00:00.000Z' };
    const { presses, last } = pressing(server);
    presses.press(intent('a'));
    await settle();
    expect(last().outcomes['nba-of-a']).toMatchObject({ name: 'replayed', by: 'Ann' });
  });

  it('looks nobody up for a press of several that was answered at once', async () => {
    const results = ['one', 'two'].map((id) => ({
      id,
      ok: true,
      replayed: true,
      executionId: `execution-of-${id}`,
    }));
    const targets = results.map(({ id }) => ({ id, title: id }));
    const server = new Server([answer(200, { results }), null, answer(200, { results })]);
    const { presses, last } = pressing(server);
    presses.press({ ...intent('a'), targets });
    await settle();
    expect(last().outcomes.one?.name).toBe('replayed');
    expect(server.lookedUp).toEqual([]);
    // The answer that was lost may have been its own.
    presses.press({ ...intent('b'), targets });
    await jest.advanceTimersByTimeAsync(1000);
    expect(server.lookedUp).toEqual(['one', 'two']);
  });

  it('undoes a press once, and shows why an undo is refused', async () => {
    const refused = answer(409, { code: 'UNDO_EXPIRED', detail: 'Too late.' });
    const server = new Server([done, refused, done]);
    const { presses, last } = pressing(server);
    presses.press(intent('a'));
    await settle();
    await presses.undo('a');
    expect(last().undo).toMatchObject({ name: 'refused', code: 'UNDO_EXPIRED' });
    await presses.undo('a');
    await presses.undo('a');
    expect(server.undone).toEqual(['execution-1', 'execution-1']);
    expect(last().undo).toEqual({ name: 'undone' });
  });

  it('forgets what waits when somebody else signs in', async () => {
    const server = new Server([null]);
    const { presses } = pressing(server);
    presses.press(intent('a'));
    await settle();
    presses.forget();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(server.keys).toEqual(['a']);
    expect(presses.all()).toEqual([]);
  });
});
