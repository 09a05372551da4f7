import { availableParallelism } from 'node:os';
import { type Result, type Route } from './load.js';

/** The results of each contestant that serves the route, round by round. */
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

/** The least and the greatest of some values. */
export function spreadOf(values: readonly number[], digits = 2): string {
  return `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`;
}

/** When and on what figures were measured. */
export function runLine(): string {
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, Node ${process.versions.node}, ${availableParallelism()} cores`;
}

/** Which contestant is divided by which. */
export type Pair = readonly [name: string, base: string];

const NOT_SERVED = '–';

/**
 * Ratios as a Markdown table: the median of the rounds, and their spread. The ratio of CPU time hardly
 * depends on what else the machine does meanwhile.
 */
export function table(
  all: readonly Series[],
  pairs: readonly Pair[],
  names: readonly string[],
): string {
  const head = [
    'route',
    'connections',
    ...pairs.flatMap(([name, base]) => [`${name} / ${base}`, 'the same of CPU time per answer']),
    ...names.map((name) => `${name}, answers/s`),
  ];
  const rows = all.map(({ route, connections, results }) => [
    route,
    String(connections),
    ...pairs.flatMap((pair) => [
      ratioOf(results, pair, 'rate').replace(/^[\d.]+/, '**$&**'),
      ratioOf(results, pair, 'cpu'),
    ]),
    ...names.map((name) => {
      const rates = results.get(name)?.map(({ rate }) => rate);
      return rates ? median(rates).toFixed(0) : NOT_SERVED;
    }),
  ]);
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The ratio is taken of each round: what slows the machine down for a while slows both. */
function ratioOf(results: Series['results'], [name, base]: Pair, figure: keyof Result): string {
  const [own, others] = [results.get(name), results.get(base)];
  if (!own || !others) return NOT_SERVED;
  const ratios = own.map((result, round) => result[figure] / others[round]![figure]);
  return `${median(ratios).toFixed(2)} (${spreadOf(ratios)})`;
}
