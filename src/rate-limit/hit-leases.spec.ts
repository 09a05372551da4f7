import { HitLeases, LEASE_MS } from './hit-leases.js';

const LIMIT = 1000;

/** Counts a hit as the shared counter would, which stands at `before`, and returns how many were leased. */
function count(leases: HitLeases, before: number, now: number, limit = LIMIT): number {
  const leased = leases.wanted('a', 1, limit, now);
  const total = before + 1 + leased;
  leases.counted('a', { limit, total, window: 'w', windowEndsAt: 60_000 }, leased, now);
  return leased;
}

describe('hits that are counted in advance', () => {
  it('are more each time while a client stays busy, and a hundredth of its limit at most', () => {
    const leases = new HitLeases();
    const leased: number[] = [];
    let total = 0;
    for (let i = 0; i < 6; i++) {
      leased.push(count(leases, total, i));
      total += 1 + leased.at(-1)!;
      while (leases.take('a', i));
    }
    expect(leased).toEqual([0, 1, 3, 7, 10, 10]);
  });

  it('have the numbers that follow', () => {
    const leases = new HitLeases();
    count(leases, 0, 0);
    expect(leases.take('a', 0)).toBeUndefined();
    expect(count(leases, 1, 0)).toBe(1);
    expect(leases.take('a', 5)).toEqual({ number: 3, endsInMs: 59_995 });
    expect(leases.take('a', 5)).toBeUndefined();
    expect(count(leases, 3, 6)).toBe(3);
    expect([1, 2, 3].map(() => leases.take('a', 7)?.number)).toEqual([5, 6, 7]);
  });

  it('are none for a limit below a hundred, or for a client that was not seen for a second', () => {
    const small = new HitLeases();
    expect([0, 1, 2].map((before) => count(small, before, 0, 99))).toEqual([0, 0, 0]);
    expect(small.size).toBe(0);
    const slow = new HitLeases();
    expect([0, 1, 2].map((before) => count(slow, before, before * LEASE_MS))).toEqual([0, 0, 0]);
  });

  it('are none past half of the limit, and are given back if other servers have counted that far', () => {
    const leases = new HitLeases();
    expect([498, 499, 500].map((before) => count(leases, before, 0))).toEqual([0, 0, 0]);
    const behind = new HitLeases();
    count(behind, 0, 0);
    expect(behind.wanted('a', 1, LIMIT, 0)).toBe(1);
    const counted = { limit: LIMIT, total: 501, window: 'w', windowEndsAt: 60_000 };
    expect(behind.counted('a', counted, 1, 0)).toEqual([{ hits: 1, window: 'w' }]);
    expect(behind.take('a', 0)).toBeUndefined();
  });

  it('end after a second, or with the window: what is left is given back to that window', () => {
    const leases = new HitLeases();
    count(leases, 0, 0);
    count(leases, 1, 0);
    expect(leases.expire(LEASE_MS - 1)).toEqual([]);
    expect(leases.take('a', LEASE_MS)).toBeUndefined();
    expect(leases.expire(LEASE_MS)).toEqual([['a', { hits: 1, window: 'w' }]]);
    expect(leases.size).toBe(0);

    const late = new HitLeases();
    count(late, 0, 59_990);
    count(late, 1, 59_990);
    expect(late.take('a', 60_000)).toBeUndefined();
    const next = { limit: LIMIT, total: 1, window: 'next', windowEndsAt: 120_000 };
    expect(late.counted('a', next, 0, 60_000)).toEqual([{ hits: 1, window: 'w' }]);
  });

  it('are kept for a bounded number of clients', () => {
    const leases = new HitLeases();
    const counted = { limit: LIMIT, total: 1, window: 'w', windowEndsAt: 60_000 };
    for (let client = 0; client < 20_100; client++) leases.counted(`${client}`, counted, 0, 0);
    expect(leases.size).toBe(20_000);
    expect(leases.counted('one more', counted, 5, 0)).toEqual([{ hits: 5, window: 'w' }]);
  });
});
