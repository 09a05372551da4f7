import { type LookupAddress } from 'node:dns';
import { HostLookups } from './host-lookups.js';

const FOUND: LookupAddress[] = [{ address: '93.184.215.14', family: 4 }];

describe('look-ups of host names', () => {
  let now: number;
  let asked: string[];
  let answers: Map<string, () => void>;
  let lookups: HostLookups;
  beforeEach(() => {
    now = 0;
    asked = [];
    answers = new Map();
    lookups = new HostLookups(
      (hostname) => {
        asked.push(hostname);
        return hostname.startsWith('quick')
          ? Promise.resolve(FOUND)
          : new Promise((resolve) => answers.set(hostname, () => resolve(FOUND)));
      },
      15_000,
      () => now,
    );
  });

  const answer = async (hostname: string, found: Promise<unknown>): Promise<void> => {
    answers.get(hostname)?.();
    await found;
  };

  it('go on beside a name that is never answered, and share its look-up', async () => {
    for (let count = 0; count < 50; count++) void lookups.lookUp('silent.example');
    for (const name of ['quick-1.example', 'quick-2.example', 'quick-1.example']) {
      expect(await lookups.lookUp(name)).toEqual(FOUND);
    }
    expect(asked).toEqual([
      'silent.example',
      'quick-1.example',
      'quick-2.example',
      'quick-1.example',
    ]);
  });

  it('are two at once, in the order of the questions', async () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => lookups.lookUp(name));
    expect(asked).toEqual(['a', 'b']);
    await answer('b', all[1]!);
    await answer('a', all[0]!);
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of names that were slow are one at once, so that a second dead name stops nobody', async () => {
    const first = ['dead-1', 'dead-2'].map((name) => lookups.lookUp(name));
    now += 10_000;
    await answer('dead-1', first[0]!);
    await answer('dead-2', first[1]!);
    void lookups.lookUp('dead-1');
    const second = lookups.lookUp('dead-2');
    expect(await lookups.lookUp('quick.example')).toEqual(FOUND);
    expect(asked).toEqual(['dead-1', 'dead-2', 'dead-1', 'quick.example']);
    answers.get('dead-1')!();
    await answer('dead-2', Promise.resolve());
    await new Promise((resolve) => setImmediate(resolve));
    await answer('dead-2', second);
    expect(asked.at(-1)).toBe('dead-2');
  });

  it('are left out when nobody waits for them any more', async () => {
    const all = ['a', 'b'].map((name) => lookups.lookUp(name));
    const late = lookups.lookUp('late.example').catch((error: unknown) => error);
    now += 15_000;
    await answer('a', all[0]!);
    expect(await late).toMatchObject({ code: 'ETIMEDOUT' });
    expect(asked).toEqual(['a', 'b']);
  });
});
