import { type DiscoveryService } from '@nestjs/core';
import { pino } from 'pino';
import { readEnv } from '../../config/env.js';
import { JobHandlerRegistry } from '../handlers/job-handler.registry.js';
import { type ClaimedJob, type Exchange, type JobClaims, keyOf } from '../queue/job-claims.js';
import { JobWake } from '../queue/job-wake.js';
import { JobWorker } from './job-worker.js';

const JOB: ClaimedJob = {
  jobId: 'job',
  type: 'retry_failed_deliveries',
  attempt: 1,
  runAfter: new Date(0),
  startedAt: new Date(0),
  nextActionId: null,
  traceParent: null,
  payload: { nextActionId: '01a20c77-ddc6-7a74-ac83-f744b825647c' },
};

/** The queue of a test; an exchange is a record of the successes and then a claim. */
type Queue = Omit<Partial<JobClaims>, 'exchange'> & {
  claim?: () => Promise<ClaimedJob[]>;
  succeed?: () => Promise<boolean>;
  noted?: (exchange: Exchange) => void;
};

const allAlive: JobClaims['sendHeartbeats'] = (attempts) =>
  Promise.resolve(new Set(attempts.map(keyOf)));

/** A worker on a queue with one job; records the results of the job. */
function workerOn(
  handle: () => Promise<void>,
  queue: Queue = {},
  settings: Record<string, string> = {},
) {
  const ends: string[] = [];
  const left = [JOB];
  let done: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (done = resolve));
  const note = (end: string) => () => {
    ends.push(end);
    done();
    return Promise.resolve(true);
  };
  const { claim, succeed, noted, ...others } = queue;
  const exchange = async (asked: Exchange) => {
    const { succeeded, limit } = asked;
    noted?.(asked);
    const recorded = new Set<string>();
    for (const job of succeeded) {
      if (await (succeed ?? note('succeeded'))()) recorded.add(keyOf(job));
    }
    const claimed = limit === 0 ? [] : ((await claim?.()) ?? left.splice(0));
    return { recorded, claimed };
  };
  const whole: Partial<JobClaims> = {
    exchange,
    fail: note('failed'),
    putBack: note('put back'),
    ...others,
  };
  const registry = new JobHandlerRegistry(
    { getProviders: () => [] } as unknown as DiscoveryService,
    pino({ level: 'silent' }),
  );
  jest.spyOn(registry, 'types').mockReturnValue([JOB.type]);
  jest.spyOn(registry, 'get').mockReturnValue({
    ...(registry.definitionOf(JOB.type) as { payload: never }),
    type: JOB.type,
    className: 'Handler',
    timeoutMs: 60_000,
    backoffMs: undefined,
    handler: { handle },
  });
  const env = readEnv({ JOB_POLL_MS: '10', JOB_DRAIN_MS: '0', ...settings });
  const wake = new JobWake();
  const worker = new JobWorker(whole as JobClaims, registry, wake, env, pino({ level: 'silent' }));
  return { worker, ends, ended };
}

describe('a worker whose database does not answer', () => {
  const never = () => new Promise<never>(() => undefined);
  const LIMIT_MS = 20_000;
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('ends a stop in the middle of a claim', async () => {
    const { worker } = workerOn(() => Promise.resolve(), { claim: never });
    worker.start();
    const stopped = worker.stop();
    await jest.advanceTimersByTimeAsync(0);
    await stopped;
  });

  it('ends a stop in the middle of a record', async () => {
    const { worker } = workerOn(() => Promise.resolve(), { succeed: never });
    worker.start();
    await jest.advanceTimersByTimeAsync(0);
    const stopped = worker.stop();
    await jest.advanceTimersByTimeAsync(5000);
    await stopped;
  });

  it('claims again, and puts back the jobs of an earlier claim that answers late', async () => {
    let late: (jobs: ClaimedJob[]) => void = () => undefined;
    const claims = [new Promise<ClaimedJob[]>((resolve) => (late = resolve))];
    const claim = jest.fn(() => claims.shift() ?? Promise.resolve([]));
    const { worker, ends } = workerOn(() => Promise.resolve(), { claim, releaseLost: never });
    worker.start();
    await jest.advanceTimersByTimeAsync(LIMIT_MS - 1);
    expect(claim).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(20);
    expect(claim.mock.calls.length).toBeGreaterThan(1);
    late([JOB]);
    await jest.advanceTimersByTimeAsync(0);
    expect(ends).toEqual(['put back']);
    const stopped = worker.stop();
    await jest.advanceTimersByTimeAsync(5000);
    await stopped;
  });

  it('handles a claim that fails late, without an unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    let fail: (error: Error) => void = () => undefined;
    const { worker } = workerOn(() => Promise.resolve(), {
      claim: () => new Promise((_, reject) => (fail = reject)),
    });
    worker.start();
    const stopped = worker.stop();
    await jest.advanceTimersByTimeAsync(0);
    await stopped;
    fail(new Error('Connection terminated'));
    jest.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('retries the record of a result', async () => {
    let tries = 0;
    const { worker } = workerOn(() => Promise.resolve(), {
      succeed: () => (++tries === 1 ? never() : Promise.resolve(true)),
      releaseLost: () => Promise.resolve(0),
      sendHeartbeats: allAlive,
    });
    worker.start();
    await jest.advanceTimersByTimeAsync(LIMIT_MS + 1000);
    expect(tries).toBe(2);
    const stopped = worker.stop();
    await jest.advanceTimersByTimeAsync(0);
    await stopped;
  });

  it.each(['sendHeartbeats', 'releaseLost'] as const)(
    'sends the next heartbeat after a %s that hangs',
    async (hangs) => {
      const hung = jest.fn(never);
      const { worker } = workerOn(never, {
        sendHeartbeats: allAlive,
        releaseLost: () => Promise.resolve(0),
        [hangs]: hung,
      });
      worker.start();
      await jest.advanceTimersByTimeAsync(2 * LIMIT_MS);
      expect(hung.mock.calls.length).toBeGreaterThan(1);
      const stopped = worker.stop();
      await jest.advanceTimersByTimeAsync(5000);
      await stopped;
    },
  );
});

describe('the worker', () => {
  it('records a success', async () => {
    const { worker, ends, ended } = workerOn(() => Promise.resolve());
    worker.start();
    await ended;
    await worker.stop();
    expect(ends).toEqual(['succeeded']);
  });

  it('fails the attempt of a handler that throws before its first await', async () => {
    const { worker, ends, ended } = workerOn(() => {
      throw new Error('at once');
    });
    worker.start();
    await ended;
    await worker.stop();
    expect(ends).toEqual(['failed']);
  });

  it('can be stopped while an early failure is being recorded', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    let writes: () => void = () => undefined;
    const writing = new Promise<void>((resolve) => (writes = resolve));
    let written: (mine: boolean) => void = () => undefined;
    const { worker } = workerOn(
      () => {
        throw new Error('at once');
      },
      {
        fail: () => {
          writes();
          return new Promise((resolve) => (written = resolve));
        },
      },
    );
    worker.start();
    await writing;
    const abort = jest.spyOn(AbortController.prototype, 'abort');
    const stopped = worker.stop();
    while (abort.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    // Node reports unhandled rejections once the microtasks have run.
    await new Promise((resolve) => setImmediate(resolve));
    written(true);
    await stopped;
    abort.mockRestore();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('puts back a job that does not end in the time of a stop', async () => {
    let began: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (began = resolve));
    const { worker, ends } = workerOn(() => {
      began();
      return new Promise(() => undefined);
    });
    worker.start();
    await running;
    await worker.stop();
    expect(ends).toEqual(['put back']);
  });

  it('retries the record of a result while the database is not available', async () => {
    let tries = 0;
    let done: () => void = () => undefined;
    const recorded = new Promise<void>((resolve) => (done = resolve));
    const { worker } = workerOn(() => Promise.resolve(), {
      succeed: () => {
        tries += 1;
        if (tries === 1) return Promise.reject(new Error('away'));
        done();
        return Promise.resolve(true);
      },
    });
    worker.start();
    await recorded;
    await worker.stop();
    expect(tries).toBe(2);
  });

  it('tries to record a result exactly once more after the drain time of a stop', async () => {
    let tries = 0;
    let failed: () => void = () => undefined;
    const failure = new Promise<void>((resolve) => (failed = resolve));
    const { worker } = workerOn(() => Promise.resolve(), {
      succeed: () => {
        tries += 1;
        failed();
        return Promise.reject(new Error('away'));
      },
    });
    worker.start();
    await failure;
    await worker.stop();
    expect(tries).toBe(2);
  });

  it('records the successes of jobs that end together in one exchange with the next claim', async () => {
    const exchanges: { succeeded: number; limit: number }[] = [];
    let recorded: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (recorded = resolve));
    const jobs = [1, 2, 3, 4].map((n) => ({ ...JOB, jobId: `job ${n}` }));
    const { worker } = workerOn(() => Promise.resolve(), {
      claim: () => Promise.resolve(jobs.splice(0)),
      noted: ({ succeeded, limit }) => {
        exchanges.push({ succeeded: succeeded.length, limit });
        if (succeeded.length > 0) recorded();
      },
    });
    worker.start();
    await all;
    await worker.stop();
    expect(exchanges.slice(0, 2)).toEqual([
      { succeeded: 0, limit: 4 },
      { succeeded: 4, limit: 4 },
    ]);
  });

  it('runs a backlog of short jobs without pausing', async () => {
    const left = Array.from({ length: 50 }, (_, n) => ({ ...JOB, jobId: `job ${n}` }));
    let recorded = 0;
    let finish: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (finish = resolve));
    const { worker } = workerOn(
      () => Promise.resolve(),
      {
        claim: () => Promise.resolve(left.splice(0, 4)),
        succeed: () => {
          if (++recorded === 50) finish();
          return Promise.resolve(true);
        },
      },
      { JOB_POLL_MS: '60000' },
    );
    worker.start();
    await all;
    await worker.stop();
    expect(recorded).toBe(50);
  });

  it('records a success alone at a further try, so that no claim can fail it again', async () => {
    const exchanges: { succeeded: number; limit: number }[] = [];
    let recorded: () => void = () => undefined;
    const again = new Promise<void>((resolve) => (recorded = resolve));
    const { worker } = workerOn(() => Promise.resolve(), {
      noted: ({ succeeded, limit }) => {
        if (succeeded.length === 0) return;
        exchanges.push({ succeeded: succeeded.length, limit });
        if (limit > 0) throw new Error('the claim failed');
        recorded();
      },
    });
    worker.start();
    await again;
    await worker.stop();
    expect(exchanges.map(({ limit }) => limit > 0)).toEqual([true, false]);
  });

  it('is unavailable before its start and after its stop', async () => {
    const { worker } = workerOn(() => Promise.resolve());
    expect(() => worker.check()).toThrow('does not work');
    worker.start();
    expect(() => worker.check()).not.toThrow();
    await worker.stop();
    expect(() => worker.check()).toThrow('does not work');
  });
});
