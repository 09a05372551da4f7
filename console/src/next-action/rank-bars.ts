import { labelOf } from '../ui/schema-fields.js';

/** A part of a rank. */
export interface Bar {
  readonly name: string;
  readonly label: string;
  /** What it adds to the score; negative where it takes away. */
  readonly points: number;
  /** Length of the bar, in % of the highest score. */
  readonly share: number;
}

/** The parts of a rank that add or take something; the score itself is no part. */
export function barsOf(factors: Readonly<Record<string, number>>): Bar[] {
  return Object.entries(factors)
    .filter(([name, value]) => name !== 'score' && value !== 0)
    .map(([name, value]) => {
      const points = name === 'friction' ? -value : value;
      const share = Math.min(100, Math.abs(points));
      return { name, label: labelOf(name.replace(/Boost$/, '')), points, share };
    });
}
