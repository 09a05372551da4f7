import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Waits for what no event announces (the death of a process that is not our child), bounded. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  patienceMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${patienceMs} ms in vain: ${what}`);
    await delay(POLL_MS);
  }
}
