import { validateAs } from '../../http/validation/validation.js';
import { type RegisteredHandler } from '../handlers/job-handler.registry.js';
import { type ClaimedJob } from '../queue/job-claims.js';
import { JobTimedOutError } from '../queue/jobs.errors.js';

/** Runs the handler until it ends or its signal aborts, at the latest at the type's time limit. */
export async function runHandler(
  registered: RegisteredHandler,
  { jobId, type, attempt, startedAt, payload }: ClaimedJob,
  controller: AbortController,
): Promise<void> {
  const { signal } = controller;
  const timer = setTimeout(
    () => controller.abort(new JobTimedOutError(registered.timeoutMs)),
    registered.timeoutMs,
  );
  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    // If something throws before the race, a later abort would be an unhandled rejection.
    aborted.catch(() => undefined);
    const context = {
      jobId,
      type,
      attempt,
      payload: validateAs(registered.payload, payload, 'payload'),
      now: startedAt,
      signal,
    };
    await Promise.race([registered.handler.handle(context), aborted]);
  } finally {
    clearTimeout(timer);
  }
}
