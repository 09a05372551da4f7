import { type GradedFactor } from '../scoring/scoring.engine.js';

/** A lead's attributes as other systems push them: their types are unknown. */
export type LeadAttributes = Readonly<Record<string, unknown>>;

/**
 * The grade (0–100) of a missing or invalid attribute: below a medium one and above a bad one, so that
 * filling it in usually raises the score.
 */
export const UNKNOWN_GRADE = 25;

/** Budget in whole units of the desk's currency: from this amount, this grade. Highest first. */
const BUDGET_GRADES = [
  [50_000, 100],
  [20_000, 85],
  [10_000, 70],
  [5_000, 55],
  [1_000, 35],
  [0, 10],
] as const;

const URGENCY_GRADES = new Map([
  ['immediate', 100],
  ['this_month', 80],
  ['this_quarter', 55],
  ['this_year', 30],
  ['exploring', 10],
]);

const SOURCE_GRADES = new Map([
  ['referral', 100],
  ['partner', 85],
  ['event', 70],
  ['website', 60],
  ['advertising', 45],
  ['social', 40],
  ['cold', 15],
]);

/** Attributes for contacting a lead, and the points (100 in total) of each. */
const CONTACT_POINTS = [
  ['email', 50],
  ['phone', 40],
  ['contactName', 10],
] as const;

/** The attributes that make a lead complete. */
export const LEAD_ATTRIBUTES = [
  'budget',
  'urgency',
  'fit',
  'source',
  'email',
  'phone',
  'contactName',
  'need',
] as const;

/** The six factors of a lead's score, ready for the engine. Source: docs/domain.md, "Scores". */
export function leadFactors(attributes: LeadAttributes): GradedFactor[] {
  return [
    { key: 'budget', label: 'Budget', weight: 2, ...budget(attributes) },
    {
      key: 'urgency',
      label: 'Urgency',
      weight: 1.5,
      ...word(attributes, 'urgency', URGENCY_GRADES),
    },
    { key: 'fit', label: 'Fit', weight: 2, ...fit(attributes) },
    { key: 'source', label: 'Source', weight: 1, ...word(attributes, 'source', SOURCE_GRADES) },
    { key: 'contactability', label: 'Contactability', weight: 1.5, ...contactability(attributes) },
    { key: 'completeness', label: 'Completeness', weight: 1, ...completeness(attributes) },
  ];
}

type Grade = Pick<GradedFactor, 'normalized' | 'reason'>;

function budget(attributes: LeadAttributes): Grade {
  const amount = attributes.budget;
  if (!isGiven(amount)) return missing('budget');
  if (typeof amount !== 'number' || !(amount >= 0)) {
    return unknown('budget must be a number from 0');
  }
  const grade = BUDGET_GRADES.find(([from]) => amount >= from)?.[1] ?? 0;
  return { normalized: grade, reason: `Budget of ${amount}` };
}

function fit(attributes: LeadAttributes): Grade {
  const value = attributes.fit;
  if (!isGiven(value)) return missing('fit');
  if (typeof value !== 'number' || !(value >= 0 && value <= 100)) {
    return unknown('fit must be a number of 0–100');
  }
  return { normalized: value, reason: `Fit of ${value} in 100` };
}

function word(
  attributes: LeadAttributes,
  name: 'urgency' | 'source',
  grades: ReadonlyMap<string, number>,
): Grade {
  const value = attributes[name];
  if (!isGiven(value)) return missing(name);
  const grade = typeof value === 'string' ? grades.get(value) : undefined;
  if (typeof value !== 'string' || grade === undefined) {
    return unknown(`${name} must be one of: ${[...grades.keys()].join(', ')}`);
  }
  return { normalized: grade, reason: `${capitalized(name)}: ${value.replaceAll('_', ' ')}` };
}

function contactability(attributes: LeadAttributes): Grade {
  const known = CONTACT_POINTS.filter(([name]) => isGiven(attributes[name]));
  const points = known.reduce((sum, [, worth]) => sum + worth, 0);
  const channels = known.map(([name]) => name).filter((name) => name !== 'contactName');
  if (channels.length === 0) return { normalized: points, reason: 'Missing: email or phone' };
  return { normalized: points, reason: `Reachable by ${channels.join(' and ')}` };
}

function completeness(attributes: LeadAttributes): Grade {
  const absent = LEAD_ATTRIBUTES.filter((name) => !isGiven(attributes[name]));
  const known = LEAD_ATTRIBUTES.length - absent.length;
  return {
    normalized: Math.round((100 * known) / LEAD_ATTRIBUTES.length),
    reason: absent.length === 0 ? 'Every attribute is known' : `Missing: ${absent.join(', ')}`,
  };
}

/** An empty or blank text counts as missing: forms send those. */
function isGiven(value: unknown): boolean {
  return typeof value === 'string' ? value.trim() !== '' : value !== undefined && value !== null;
}

function missing(name: string): Grade {
  return { normalized: UNKNOWN_GRADE, reason: `Missing: ${name}` };
}

function unknown(problem: string): Grade {
  return { normalized: UNKNOWN_GRADE, reason: `Not understood: ${problem}` };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
