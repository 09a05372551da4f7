/** STATEMENT_TIMEOUT_MS, in ms: its default, which goes with the time limits of actions. */
const STATEMENT_MS = 15_000;
/** Within this time every request must be answered, whatever the database does, in ms. */
export const ANSWER_MS = STATEMENT_MS + 5000;
/** Within this time presses must work again after what was broken is back, in ms. */
export const BACK_MS = 5000;

/** Settings of the servers: jobs of a process that was killed are taken over soon. */
export const SETTINGS: Readonly<Record<string, string>> = {
  STATEMENT_TIMEOUT_MS: String(STATEMENT_MS),
  JOB_POLL_MS: '200',
  JOB_HEARTBEAT_MS: '1000',
  JOB_STALE_MS: '4000',
  JOB_BACKOFF_MS: '200,200,400,400,800,800,1000,1000,1000,1000',
};
