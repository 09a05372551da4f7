import { pauseUntil } from '../../kernel/time-limit.js';

/** Number of attempts to record a result while the database is not available, and the first pause, in ms. */
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;

/** What is told of a result that is recorded late, or not. */
export interface RecordReport {
  /** It was refused: somebody else has the work by now. */
  readonly dropped: () => void;
  /** An attempt failed, the `tried`-th. */
  readonly failed: (error: unknown, tried: number) => void;
}

/**
 * Records a result, with retries: otherwise a short outage of the database would repeat work that is done.
 * After the signal has aborted, there is one last attempt. Never rejects: if all fail, whoever takes the work
 * over repeats it.
 */
export async function recordResult(
  signal: AbortSignal,
  write: (tried: number) => Promise<boolean>,
  report: RecordReport,
): Promise<void> {
  for (let tried = 1; ; tried++) {
    const last = tried === ATTEMPTS || signal.aborted;
    try {
      if (!(await write(tried))) report.dropped();
      return;
    } catch (error) {
      report.failed(error, tried);
      if (last) return;
      await pauseUntil(signal, FIRST_PAUSE_MS * 2 ** tried);
    }
  }
}
