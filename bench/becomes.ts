import { setTimeout as delay } from 'node:timers/promises';

/** Whether something becomes true in time: asked again and again, with a pause of `everyMs` between. */
export async function becomes(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  everyMs = 100,
): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) return false;
    await delay(everyMs);
  }
  return true;
}
