import { type Failure } from '../kernel/observation/operation.js';
import { timed } from './observed.js';

describe('timed work', () => {
  let ended: [number, Failure | undefined][];
  const end = (...args: [number, Failure | undefined]): void => void ended.push(args);
  beforeEach(() => (ended = []));

  it('returns what the work returns, and says when it has ended', async () => {
    expect(timed(() => 1, end)).toBe(1);
    expect(ended).toEqual([[expect.any(Number), undefined]]);
    let resolve: (value: number) => void = () => undefined;
    const running = timed(() => new Promise<number>((done) => (resolve = done)), end);
    expect(ended).toHaveLength(1);
    resolve(2);
    await expect(running).resolves.toBe(2);
    expect(ended[1]).toEqual([expect.any(Number), undefined]);
  });

  it('passes on what the work throws, at once or later', async () => {
    const error = new Error('no');
    const fail = (): never => {
      throw error;
    };
    expect(() => timed(fail, end)).toThrow(error);
    await expect(timed(() => Promise.reject(error), end)).rejects.toBe(error);
    expect(ended).toEqual([
      [expect.any(Number), { error }],
      [expect.any(Number), { error }],
    ]);
  });
});
