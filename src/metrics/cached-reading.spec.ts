import { CachedReading } from './cached-reading.js';

describe('a cached reading', () => {
  let now: number;
  let reads: number;
  const reading = (read: () => Promise<number>, limitMs = 1000) => {
    const counted = (): Promise<number> => {
      reads += 1;
      return read();
    };
    return new CachedReading(counted, { freshMs: 5000, limitMs, now: () => now });
  };
  beforeEach(() => {
    now = 0;
    reads = 0;
  });

  it('reads once for all who ask at once and for a while after that', async () => {
    const cached = reading(() => Promise.resolve(reads));
    expect(await Promise.all([cached.get(), cached.get()])).toEqual([1, 1]);
    now = 4999;
    expect(await cached.get()).toBe(1);
    now = 5000;
    expect(await cached.get()).toBe(2);
  });

  it('keeps a failure as long as a result', async () => {
    const cached = reading(() => Promise.reject(new Error('away')));
    expect(await cached.get()).toBeUndefined();
    now = 4999;
    await cached.get();
    expect(reads).toBe(1);
    now = 5000;
    await cached.get();
    expect(reads).toBe(2);
  });

  it('does not wait past its limit, and reads no second time while one is under way', async () => {
    let answer: (value: number) => void = () => undefined;
    const cached = reading(() => new Promise((resolve) => (answer = resolve)), 1);
    expect(await cached.get()).toBeUndefined();
    now = 6000;
    const late = cached.get();
    answer(7);
    expect(await late).toBe(7);
    expect(reads).toBe(1);
  });
});
