let failed = 0;

/** Prints whether something is as it must be: one line for each check of a drill. */
export function check(passed: boolean, text: string): void {
  console.log(`${passed ? 'ok   ' : 'FAULT'} ${text}`);
  if (!passed) failed += 1;
}

/** The exit code of a drill: 1 if a check failed. */
export function exitCodeOfChecks(): number {
  return failed === 0 ? 0 : 1;
}
