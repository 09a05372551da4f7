/**
 * What the promise brings, or an error after `ms`. The work goes on by itself; its late result or
 * error is dropped and ends no process. For waits of several statements: each has its own end, a
 * connection that fell silent included, but their sum has none.
 */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Longest wait for the answer to a duty of the worker: what a statement may take, and some for the way. */
export function answerLimitMs({ statementTimeoutMs }: { statementTimeoutMs: number }): number {
  return statementTimeoutMs + 5000;
}

/** Waits for the time to pass, or until the signal aborts. */
export async function pauseUntil(signal: AbortSignal, ms: number): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
