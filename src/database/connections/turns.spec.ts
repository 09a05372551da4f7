import { Turns } from './turns.js';

describe('turns', () => {
  it('run one at a time per key, in order, also after a failure', async () => {
    const turns = new Turns();
    const log: string[] = [];
    let running = 0;
    const work = (name: string, fails = false) =>
      turns.run('key', 60_000, async () => {
        running += 1;
        expect(running).toBe(1);
        await Promise.resolve();
        running -= 1;
        log.push(name);
        if (fails) throw new Error(name);
      });
    const all = [work('first'), work('second', true), work('third')];
    await Promise.allSettled(all);
    expect(log).toEqual(['first', 'second', 'third']);
    await expect(all[1]).rejects.toThrow('second');
  });

  it('of different keys run at the same time', async () => {
    const turns = new Turns();
    let release: () => void = () => undefined;
    const held = turns.run(
      'one',
      60_000,
      () => new Promise<void>((resolve) => (release = resolve)),
    );
    await expect(turns.run('two', 60_000, () => Promise.resolve('ran'))).resolves.toBe('ran');
    release();
    await held;
  });

  it('that wait too long are a 503, and the others still run', async () => {
    const turns = new Turns();
    let release: () => void = () => undefined;
    const held = turns.run(
      'key',
      60_000,
      () => new Promise<void>((resolve) => (release = resolve)),
    );
    const impatient = turns.run('key', 1, () => Promise.resolve());
    const patient = turns.run('key', 60_000, () => Promise.resolve('ran'));
    await expect(impatient).rejects.toMatchObject({ code: 'DATABASE_BUSY', status: 503 });
    release();
    await held;
    await expect(patient).resolves.toBe('ran');
  });
});
