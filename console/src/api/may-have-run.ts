/** The action itself failed: nothing of it stays, and it is on record. */
const FAILURES: readonly string[] = ['ACTION_FAILED', 'ACTION_TIMED_OUT'];

/** What a problem document says about whether something ran. */
interface Said {
  readonly code?: string;
  readonly executionId?: string;
}

/**
 * Whether a change may have been done although its answer is no success: it ran into a fault of the server, or a
 * proxy gave up waiting. Source: docs/http-api.md, "Execute".
 */
export function mayHaveRun(status: number, { code = '', executionId }: Said): boolean {
  if (status < 500 || FAILURES.includes(code)) return false;
  // With an execution on record, it is known that there was no effect.
  return !(status === 503 && executionId !== undefined);
}
