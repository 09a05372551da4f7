/** What a drill counted. Everything but `tried` must be 0. */
export interface Tally {
  /** Requests, presses or cases, as the drill's title says. */
  readonly tried: number;
  /** Answered presses that are not on record. */
  readonly lost: number;
  /** Presses that had their effect more than once. */
  readonly doubled: number;
  /** Executions on record without their event. */
  readonly withoutEvent: number;
  /** Answers other than 2xx, 4xx and 503, and requests without an answer where one was due. */
  readonly other: number;
}

/** How a drill ended. */
export interface Finding {
  readonly tally: Tally;
  /** Facts in addition to the tally, such as the longest time until the first 200. */
  readonly notes: readonly string[];
  /** Faults, one sentence each: none if the drill passed. */
  readonly faults: readonly string[];
}

/** The context of a drill. */
export interface DrillContext {
  /** An empty folder of the drill's own, removed after it unless a fault was found. */
  readonly folder: string;
  /** Fewer rounds and cases: all drills together take some minutes. */
  readonly quick: boolean;
  /** Start of the random numbers, printed with the result, so that a run can be repeated. */
  readonly seed: number;
  /** Prints the progress of the drill on standard error. */
  readonly progress: (text: string) => void;
}

/** One thing that is broken on purpose, and the count of its effects. */
export interface Drill {
  /** As `--drill` takes it, such as `sigkill`. */
  readonly name: string;
  /** What is tried, in one line of the report. */
  readonly title: string;
  /** Why this machine cannot run it, such as "PgBouncer is not installed"; undefined where it can. */
  readonly missing?: () => string | undefined;
  readonly run: (context: DrillContext) => Promise<Finding>;
}

/** Nothing tried, nothing wrong. */
export const EMPTY_TALLY: Tally = { tried: 0, lost: 0, doubled: 0, withoutEvent: 0, other: 0 };
