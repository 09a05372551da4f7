import { ApiProblem } from './client.js';
import { mayHaveRun } from './may-have-run.js';

/** Whether nobody knows what a change came to: it got no answer, or one that leaves it open. */
export function isLost(error: Error | null): boolean {
  if (error === null) return false;
  return !(error instanceof ApiProblem) || mayHaveRun(error.status, error);
}
