import { EventEmitter } from 'node:events';
import { ProcessLifecycle, type ProcessLifecycleOptions } from './process-lifecycle.js';

/** A process whose signals the test sends, and its exit codes. */
function begin(options: Partial<ProcessLifecycleOptions> = {}) {
  const source = new EventEmitter();
  const codes: number[] = [];
  let exited: () => void = () => undefined;
  const exit = new Promise<void>((resolve) => (exited = resolve));
  const lifecycle = new ProcessLifecycle({
    startedByNpm: false,
    source,
    exit: (code) => {
      codes.push(code);
      exited();
    },
    ...options,
  });
  return { lifecycle, codes, exit, send: (signal: NodeJS.Signals) => source.emit(signal, signal) };
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('a process that gets a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 on %s while nothing has begun',
    async (s) => {
      const { lifecycle, codes, exit, send } = begin();
      send(s);
      await exit;
      expect(codes).toEqual([0]);
      expect(lifecycle.stopping.aborted).toBe(true);
    },
  );

  it('stops its parts one after the other, in reverse order', async () => {
    const { lifecycle, codes, exit, send } = begin();
    const ended: string[] = [];
    for (const name of ['database', 'application', 'requests']) {
      lifecycle.onStop(name, async ({ asked }) => {
        await Promise.resolve();
        ended.push(`${name} ${asked}`);
      });
    }
    send('SIGTERM');
    await exit;
    expect(ended).toEqual(['requests true', 'application true', 'database true']);
    expect(codes).toEqual([0]);
  });

  it('abandons a part that does not stop in its time', async () => {
    const { lifecycle, codes, exit, send } = begin();
    let ended = false;
    lifecycle.onStop('database', () => Promise.resolve((ended = true)));
    lifecycle.onStop('application', never, 5);
    send('SIGTERM');
    await exit;
    expect({ ended, codes }).toEqual({ ended: true, codes: [0] });
  });

  it('exits with 1 if a part fails to stop, and still stops the others', async () => {
    const { lifecycle, codes, exit, send } = begin();
    let ended = false;
    lifecycle.onStop('database', () => Promise.resolve((ended = true)));
    lifecycle.onStop('application', () => Promise.reject(new Error('broken')));
    send('SIGTERM');
    await exit;
    expect({ ended, codes }).toEqual({ ended: true, codes: [1] });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at once on a second signal, a %s with %i', async (signal, code) => {
    const { lifecycle, codes, exit, send } = begin();
    let release: () => void = () => undefined;
    lifecycle.onStop('requests', () => new Promise<void>((resolve) => (release = resolve)));
    send('SIGTERM');
    send(signal);
    await exit;
    expect(codes).toEqual([code]);
    release();
  });

  it('treats a signal that npm passes on as the same one', async () => {
    const { lifecycle, codes, exit, send } = begin({ startedByNpm: true });
    let release: () => void = () => undefined;
    lifecycle.onStop('requests', () => new Promise<void>((resolve) => (release = resolve)));
    send('SIGINT');
    send('SIGINT');
    release();
    await exit;
    expect(codes).toEqual([0]);
  });

  it('ends a command that it cuts short with the code of the signal', async () => {
    const { codes, exit, send } = begin({ exitCode: 'signal' });
    send('SIGINT');
    await exit;
    expect(codes).toEqual([130]);
  });

  it('leaves the exit code to a start that failed before', async () => {
    const { lifecycle, codes, send } = begin();
    lifecycle.onStop('application', () => Promise.resolve());
    const ending = lifecycle.end();
    send('SIGTERM');
    expect(await ending).toBe(true);
    expect(codes).toEqual([]);
  });
});
