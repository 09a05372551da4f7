/**
 * Codes that no error answer carries: they stand in what was recorded of a job or a lead that failed, as
 * `lastErrorCode`, `errorCode` or `code`, next to those of `error-codes.ts`.
 */
export const RECORDED_CODES = {
  JOB_FAILED: 'The handler threw an error without a code of its own.',
  JOB_TIMED_OUT: 'The handler did not end within the time limit of its type.',
  SERVER_STOPPED: 'The process stopped while the job ran; it was put back.',
  WORKER_LOST: 'The heartbeats of the worker stopped; another one takes the job.',
  TAKEN_TOO_LATE: 'The worker heard of the job too late; it was put back.',
  LEAD_SCORING_FAILED: 'The lead could not be scored, for a reason without a code of its own.',
} as const satisfies Readonly<Record<string, string>>;
