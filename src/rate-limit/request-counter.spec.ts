import { RequestCounter } from './request-counter.js';

describe('the count of requests in memory', () => {
  it('is counted per client, and restarts with each window', () => {
    const counter = new RequestCounter(60_000, 10);
    expect(counter.count('a', 0)).toEqual({ hits: 1, endsAt: 60_000 });
    expect(counter.count('b', 10)).toEqual({ hits: 1, endsAt: 60_010 });
    expect(counter.count('a', 59_999)).toEqual({ hits: 2, endsAt: 60_000 });
    expect(counter.count('a', 60_000)).toEqual({ hits: 1, endsAt: 120_000 });
  });

  it('keeps a limited number of clients, those whose windows began last', () => {
    const counter = new RequestCounter(60_000, 3);
    for (const client of ['a', 'b', 'c']) counter.count(client, 0);
    counter.count('a', 60_000);
    counter.count('d', 60_000);
    expect(counter.size).toBe(3);
    expect(counter.count('a', 60_001).hits).toBe(2);
    for (let client = 0; client < 1000; client++) counter.count(String(client), 60_002);
    expect(counter.size).toBe(3);
  });
});
