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

/** The order of the formula (docs/domain.md, "Ranking"); what it does not know comes last. */
const ORDER = [
  'base',
  'countBoost',
  'recencyBoost',
  'urgencyBoost',
  'impactBoost',
  'friction',
  'trackRecord',
];

/** The parts of a rank that add or take something; the score itself is no part. */
export function barsOf(factors: Readonly<Record<string, number>>): Bar[] {
  return Object.entries(factors)
    .filter(([name, value]) => name !== 'score' && value !== 0)
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([name, value]) => {
      const points = name === 'friction' ? -value : value;
      const share = Math.min(100, Math.abs(points));
      return { name, label: labelOf(name.replace(/Boost$/, '')), points, share };
    });
}

function placeOf(name: string): number {
  const place = ORDER.indexOf(name);
  return place === -1 ? ORDER.length : place;
}
