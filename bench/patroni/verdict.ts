/** What one fault of the drill did. */
export interface Outcome {
  /** What was broken, as the table shows it. */
  readonly what: string;
  readonly answered: number;
  /** Answered presses without an execution on record. */
  readonly lost: number;
  readonly doubled: number;
  readonly withoutEvent: number;
  /** Answers other than 2xx, 4xx and 503, and requests without an answer where one was due. */
  readonly other: number;
  /** Longest time without an answered press, in ms. */
  readonly withoutWritesMs: number;
  /** The longest that is allowed, in ms. */
  readonly limitMs: number;
  /** Other faults, one sentence each. */
  readonly faults: readonly string[];
}

/** What is wrong with an outcome, one sentence each: none if it holds. */
export function faultsOf(outcome: Outcome): string[] {
  const { what, lost, doubled, withoutEvent, other, withoutWritesMs, limitMs, faults } = outcome;
  const counts = { lost, doubled, 'without event': withoutEvent, 'other answers': other };
  const wrong = Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `${name}: ${count}`);
  if (withoutWritesMs > limitMs) {
    wrong.push(
      `no press was answered for ${seconds(withoutWritesMs)}, at most ${seconds(limitMs)}`,
    );
  }
  return [...wrong.map((text) => `${what}: ${text}.`), ...faults];
}

/** The line of an outcome. */
export function lineOf(outcome: Outcome): string {
  const { what, answered, lost, doubled, withoutEvent, other, withoutWritesMs } = outcome;
  const verdict = faultsOf(outcome).length === 0 ? 'ok   ' : 'FAULT';
  return `${verdict} ${what}: answered ${answered}, lost ${lost}, doubled ${doubled}, without event ${withoutEvent}, other ${other}, ${seconds(withoutWritesMs)} without writes`;
}

/** All outcomes as a Markdown table. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const head = [
    'what happens under load',
    'presses answered',
    'lost',
    'doubled',
    'without event',
    'other answers',
    'without writes',
    'at most',
  ];
  const rows = outcomes.map((outcome) => [
    outcome.what,
    ...[outcome.answered, outcome.lost, outcome.doubled, outcome.withoutEvent, outcome.other].map(
      (count) => count.toLocaleString('en'),
    ),
    `**${seconds(outcome.withoutWritesMs)}**`,
    `${outcome.limitMs / 1000} s`,
  ]);
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
