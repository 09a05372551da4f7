import { type JobDefinition } from './job-types.js';

const MAX_TIMEOUT_MS = 6 * 60 * 60 * 1000;
/** The same limits as those of JOB_BACKOFF_MS. */
const MAX_PAUSES = 10;
const MAX_PAUSE_MS = 999_999_999;

/** What is wrong with the times of a definition, with the fix; undefined if nothing is. */
export function timingProblem({
  timeoutMs,
  backoffMs = [],
}: Pick<JobDefinition, 'timeoutMs' | 'backoffMs'>): string | undefined {
  if (
    timeoutMs !== undefined &&
    (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > MAX_TIMEOUT_MS)
  ) {
    return `a bad timeoutMs: use milliseconds from 1 to ${MAX_TIMEOUT_MS}.`;
  }
  const isPause = (ms: unknown): boolean =>
    Number.isInteger(ms) && (ms as number) >= 0 && (ms as number) <= MAX_PAUSE_MS;
  const isList = Array.isArray(backoffMs) && backoffMs.length <= MAX_PAUSES;
  if (isList && backoffMs.every(isPause)) return undefined;
  return `a bad backoffMs: use up to ${MAX_PAUSES} pauses in milliseconds.`;
}
