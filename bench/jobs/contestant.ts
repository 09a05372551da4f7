/** A queue with one worker in this process, whose handler does nothing. */
export interface JobContestant {
  readonly name: string;
  /** Its tables, which are vacuumed before each turn. */
  readonly tables: string;
  /** Its tables, once. */
  install(): Promise<void>;
  /** Enqueues so many jobs, the way its users do; nothing works them yet. */
  enqueue(count: number): Promise<void>;
  /**
   * Runs its worker, at most `concurrency` jobs at once, and calls back at each, until `done` resolves and
   * all results are recorded.
   */
  work(concurrency: number, ran: () => void, done: Promise<void>): Promise<void>;
  /** How many jobs are on record as not done. */
  left(): Promise<number>;
  close(): Promise<void>;
}
