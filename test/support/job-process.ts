import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compiled } from './compiled.js';
import { type TestDatabase } from './database.js';
import { QUICK_JOBS } from './jobs.js';

/** A process of the application that a test kills. */
export interface JobProcess {
  /** The id of the job that it has begun, or enqueued. */
  readonly jobId: Promise<string>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export function startJobProcess(mode: 'works' | 'enqueues', database: TestDatabase): JobProcess {
  const child = spawn(process.execPath, [compiled('test/fixtures/job-process.ts'), mode], {
    env: { PATH: process.env.PATH, ...QUICK_JOBS, DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  return {
    jobId: firstLine(child),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The process has no standard output.');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('The process ended without a word.');
}
