import { Metrics } from '../../src/metrics/metrics.js';
import { type TestApp } from './app.js';

/** One line of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Settings with which an application keeps metrics. */
export const WITH_METRICS = { METRICS_PORT: '0' };

/** The samples of a text in the format of Prometheus. */
export function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) return [];
    const [, name = '', labels = '', value] = match;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, is]) => [
      key,
      is,
    ]);
    return [
      { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) },
    ];
  });
}

/** The samples of an application now. */
export async function scrape(app: TestApp): Promise<Sample[]> {
  return samplesOf(await app.get(Metrics).text());
}

/** The value of the one sample with this name and these labels, others aside; undefined for none. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found.length > 1) throw new Error(`${found.length} samples of ${name} match.`);
  return found[0]?.value;
}
