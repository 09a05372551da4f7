import fc from 'fast-check';
import { FairShare } from './fair-share.js';

const PATIENT = 60_000;

/** Enters and notes when it was let in. */
function enter(share: FairShare, caller: string, entered: string[], limitMs = PATIENT): void {
  const waits = share.enter(caller, limitMs);
  if (!waits) entered.push(caller);
  else
    waits.then(
      () => entered.push(caller),
      () => entered.push(`${caller} refused`),
    );
}

/** Lets the promises that were settled run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a fair share of connections', () => {
  it('leaves a reserve that one caller cannot take', async () => {
    const share = new FairShare(10);
    const entered: string[] = [];
    for (let i = 0; i < 16; i++) enter(share, 'hog', entered);
    expect(entered).toHaveLength(8);
    enter(share, 'late', entered);
    await settled();
    expect(entered.at(-1)).toBe('late');
    expect(share.usage).toEqual({ held: 9, waiting: 8 });
    for (let i = 0; i < 8; i++) share.leave('hog');
    await settled();
    expect(entered).toHaveLength(17);
    for (let i = 0; i < 8; i++) share.leave('hog');
    share.leave('late');
    expect(share.usage).toEqual({ held: 0, waiting: 0 });
  });

  it('serves the waiting caller with the fewest slots: while others wait, nobody gets more than a share', async () => {
    const share = new FairShare(4);
    const entered: string[] = [];
    for (let i = 0; i < 8; i++) enter(share, 'hog', entered);
    for (let i = 0; i < 4; i++) enter(share, 'other', entered);
    await settled();
    share.leave('hog');
    await settled();
    expect(entered).toEqual(['hog', 'hog', 'hog', 'other', 'other']);
    // Two places each by now: from here on they take turns.
    share.leave('other');
    await settled();
    expect(entered.at(-1)).toBe('other');
  });

  it('refuses a caller that waits too long with a 503, and removes it from the queue', async () => {
    const share = new FairShare(2);
    const entered: string[] = [];
    for (let i = 0; i < 2; i++) enter(share, 'one', entered);
    await expect(share.enter('one', 1)).rejects.toMatchObject({
      code: 'DATABASE_BUSY',
      status: 503,
    });
    expect(share.usage).toEqual({ held: 2, waiting: 0 });
    share.leave('one');
    expect(share.enter('one', 1)).toBeUndefined();
  });

  it('never gives out more slots than there are, and in the end all of them are free', async () => {
    const callers = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 12 }), callers, async (places, order) => {
        const share = new FairShare(places);
        const held: string[] = [];
        for (const caller of order) enter(share, caller, held);
        let left = 0;
        while (left < order.length) {
          await settled();
          expect(held.length - left).toBeLessThanOrEqual(places);
          expect(held.length).toBeGreaterThan(left);
          share.leave(held[left++]!);
        }
        expect(share.usage).toEqual({ held: 0, waiting: 0 });
      }),
      { numRuns: 50 },
    );
  });
});
