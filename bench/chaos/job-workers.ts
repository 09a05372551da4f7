import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnv } from '../../src/config/env.js';
import { migrate } from '../../src/database/start/migrate.js';
import { schema } from '../../src/schema.js';
import { compiled, compileSources } from '../../test/support/compiled.js';
import { SETTINGS } from '../under-load/settings.js';

/** One worker process. */
export class JobWorkerProcess {
  constructor(private readonly child: ChildProcess) {}

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}

/** An attempt that a worker began. */
export interface Run {
  readonly jobId: string;
  readonly attempt: number;
}

/** Worker processes on one database, and the journal of what they ran. */
export class JobWorkers {
  private readonly journal: string;
  private readonly all: JobWorkerProcess[] = [];

  constructor(
    private readonly folder: string,
    private readonly databaseUrl: string,
  ) {
    this.journal = join(folder, 'runs.txt');
  }

  /** Compiles the worker, and creates the tables of the product. */
  async prepare(): Promise<void> {
    compileSources();
    const log = { info: () => undefined, warn: () => undefined };
    await migrate({ url: this.databaseUrl, setting: 'DATABASE_URL' }, readEnv({}), schema, log);
  }

  /** Starts a worker; resolves when it runs jobs. */
  async start(concurrency: number): Promise<JobWorkerProcess> {
    const log = openSync(join(this.folder, `worker-${this.all.length + 1}.log`), 'a');
    const child = spawn(process.execPath, [compiled('bench/chaos/job-worker.ts')], {
      stdio: ['ignore', log, log, 'ipc'],
      env: {
        ...SETTINGS,
        PATH: process.env.PATH,
        LOG_LEVEL: 'warn',
        DATABASE_URL: this.databaseUrl,
        CHAOS_JOURNAL: this.journal,
        JOB_CONCURRENCY: String(concurrency),
      },
    });
    closeSync(log);
    const worker = new JobWorkerProcess(child);
    this.all.push(worker);
    const ended = once(child, 'exit').then(() => {
      throw new Error(`A worker ended before it ran: see worker-${this.all.length}.log.`);
    });
    ended.catch(() => undefined);
    await Promise.race([once(child, 'message'), ended]);
    return worker;
  }

  /** Every attempt that began, in the order of their beginnings in each process. */
  runs(): Run[] {
    if (!existsSync(this.journal)) return [];
    const lines = readFileSync(this.journal, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [jobId = '', attempt] = line.split(' ');
      return { jobId, attempt: Number(attempt) };
    });
  }

  /** Ends every worker that still runs. */
  async end(): Promise<void> {
    await Promise.all(this.all.map((worker) => worker.stop('SIGKILL')));
  }
}
