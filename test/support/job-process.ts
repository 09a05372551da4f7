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
  const { line, kill } = startFixture(['test/fixtures/job-process.ts', mode], database);
  return { jobId: line, kill };
}

/** A process whose subscriber has begun an event, whose note it says. */
export function startSubscriberProcess(database: TestDatabase): {
  readonly note: Promise<string>;
  kill(): Promise<void>;
} {
  const { line, kill } = startFixture(['test/fixtures/subscriber-process.ts'], database);
  return { note: line, kill };
}

function startFixture(
  [file, ...args]: readonly [string, ...string[]],
  database: TestDatabase,
): { readonly line: Promise<string>; kill(): Promise<void> } {
  const child = spawn(process.execPath, [compiled(file), ...args], {
    env: {
      PATH: process.env.PATH,
      ...QUICK_JOBS,
      FEED_POLL_MS: '50',
      DATABASE_URL: database.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  return {
    line: firstLine(child),
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
