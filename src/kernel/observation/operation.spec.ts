import { type Observer, Occurrence, Operation } from './operation.js';

describe('an operation', () => {
  it('returns what the work returns, with and without observers', async () => {
    const operation = new Operation<object>();
    expect(operation.run({}, () => 1)).toBe(1);
    operation.observe((_facts, work) => work());
    expect(operation.run({}, () => 2)).toBe(2);
    await expect(operation.run({}, () => Promise.resolve(3))).resolves.toBe(3);
    await expect(operation.run({}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('calls each observer around the work, the last one outermost, with facts that the work completes', () => {
    const operation = new Operation<{ outcome?: string }>();
    const seen: string[] = [];
    const named =
      (name: string): Observer<{ outcome?: string }> =>
      (facts, work) => {
        seen.push(`${name} begins`);
        const result = work();
        seen.push(`${name} ends: ${facts.outcome}`);
        return result;
      };
    operation.observe(named('a'));
    operation.observe(named('b'));
    const facts: { outcome?: string } = {};
    operation.run(facts, () => (facts.outcome = 'done'));
    expect(seen).toEqual(['b begins', 'a begins', 'a ends: done', 'b ends: done']);
  });

  it('is not observed any more after the observer was removed', () => {
    const operation = new Operation<object>();
    let calls = 0;
    const end = operation.observe((_facts, work) => {
      calls += 1;
      return work();
    });
    expect(operation.observed).toBe(true);
    operation.run({}, () => 1);
    end();
    expect(operation.observed).toBe(false);
    operation.run({}, () => 1);
    expect(calls).toBe(1);
  });
});

describe('an occurrence', () => {
  it('calls its listeners until they are removed', () => {
    const occurrence = new Occurrence<{ n: number }>();
    const seen: number[] = [];
    const end = occurrence.listen(({ n }) => seen.push(n));
    occurrence.happened({ n: 1 });
    end();
    occurrence.happened({ n: 2 });
    expect(seen).toEqual([1]);
  });
});
