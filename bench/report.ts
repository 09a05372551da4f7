import { type Result, type Route } from './load.js';

/** The results of each contestant, round by round. */
export interface Series {
  readonly route: Route;
  readonly connections: number;
  readonly results: ReadonlyMap<string, Result[]>;
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/**
 * Ratios to the first contestant as a Markdown table: the median of the rounds, and their spread. The
 * ratio of CPU time hardly depends on what else the machine does meanwhile.
 */
export function table(all: readonly Series[], names: readonly string[]): string {
  const [base = '', ...others] = names;
  const head = [
    'route',
    'connections',
    ...others.flatMap((name) => [`${name} / ${base}`, 'the same of CPU time per answer']),
    ...names.map((name) => `${name}, answers/s`),
  ];
  const rows = all.map(({ route, connections, results }) => [
    route,
    String(connections),
    ...others.flatMap((name) => [
      `**${ratioOf(results, name, base, 'rate')}`.replace(' ', '** '),
      ratioOf(results, name, base, 'cpu'),
    ]),
    ...names.map((name) => median(results.get(name)!.map(({ rate }) => rate)).toFixed(0)),
  ]);
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function ratioOf(
  results: Series['results'],
  name: string,
  base: string,
  figure: keyof Result,
): string {
  const ratios = results
    .get(name)!
    .map((result, round) => result[figure] / results.get(base)![round]![figure]);
  const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  return `${median(ratios).toFixed(2)} (${spread})`;
}
