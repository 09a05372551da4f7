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

/** What an attribute must be to be understood, as the reasons say it. */
const EXPECTED = {
  budget: 'a number from 0',
  urgency: `one of: ${[...URGENCY_GRADES.keys()].join(', ')}`,
  fit: 'a number of 0–100',
  source: `one of: ${[...SOURCE_GRADES.keys()].join(', ')}`,
  email: 'an e-mail address',
  phone: 'a text with a phone number',
  contactName: 'a name',
  need: 'a text',
} as const;

type LeadAttribute = keyof typeof EXPECTED;

/** Whether a given value is understood. */
const UNDERSTANDS: Readonly<Record<LeadAttribute, (value: unknown) => boolean>> = {
  budget: (value) => typeof value === 'number' && value >= 0,
  urgency: (value) => typeof value === 'string' && URGENCY_GRADES.has(value),
  fit: (value) => typeof value === 'number' && value >= 0 && value <= 100,
  source: (value) => typeof value === 'string' && SOURCE_GRADES.has(value),
  email: (value) => isRealText(value) && /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(value.trim()),
  // A number of zeros only is what forms send that require one.
  phone: (value) => isRealText(value) && /[^\P{Nd}0]/u.test(value),
  contactName: isRealText,
  need: isRealText,
};

/** Attributes for contacting a lead, and the points (100 in total) of each. */
const CONTACT_POINTS = [
  ['email', 50],
  ['phone', 40],
  ['contactName', 10],
] as const;

/** The attributes that make a lead complete. */
export const LEAD_ATTRIBUTES = Object.keys(EXPECTED) as readonly LeadAttribute[];

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
  const known = knownNumber(attributes, 'budget');
  if (typeof known !== 'number') return known;
  const grade = BUDGET_GRADES.find(([from]) => known >= from)?.[1] ?? 0;
  return { normalized: grade, reason: `Budget of ${known}` };
}

function fit(attributes: LeadAttributes): Grade {
  const known = knownNumber(attributes, 'fit');
  if (typeof known !== 'number') return known;
  return { normalized: known, reason: `Fit of ${known} in 100` };
}

/** The number, or the grade of one that is missing or not understood. */
function knownNumber(attributes: LeadAttributes, name: 'budget' | 'fit'): number | Grade {
  const value = attributes[name];
  if (!isGiven(value)) return missing(name);
  return UNDERSTANDS[name](value) ? (value as number) : notUnderstood([name]);
}

function word(
  attributes: LeadAttributes,
  name: 'urgency' | 'source',
  grades: ReadonlyMap<string, number>,
): Grade {
  const value = attributes[name];
  if (!isGiven(value)) return missing(name);
  const grade = typeof value === 'string' ? grades.get(value) : undefined;
  if (typeof value !== 'string' || grade === undefined) return notUnderstood([name]);
  return { normalized: grade, reason: `${capitalized(name)}: ${value.replaceAll('_', ' ')}` };
}

function contactability(attributes: LeadAttributes): Grade {
  const known = CONTACT_POINTS.filter(([name]) => isKnown(attributes, name));
  const points = known.reduce((sum, [, worth]) => sum + worth, 0);
  const channels = known.map(([name]) => name).filter((name) => name !== 'contactName');
  if (channels.length > 0) {
    return { normalized: points, reason: `Reachable by ${channels.join(' and ')}` };
  }
  const given = (['email', 'phone'] as const).filter((name) => isGiven(attributes[name]));
  if (given.length > 0) return notUnderstood(given);
  return { normalized: points, reason: 'Missing: email or phone' };
}

function completeness(attributes: LeadAttributes): Grade {
  const absent = LEAD_ATTRIBUTES.filter((name) => !isGiven(attributes[name]));
  const unknown = LEAD_ATTRIBUTES.filter(
    (name) => isGiven(attributes[name]) && !isKnown(attributes, name),
  );
  const known = LEAD_ATTRIBUTES.length - absent.length - unknown.length;
  const faults = [
    ...(absent.length === 0 ? [] : [`Missing: ${absent.join(', ')}`]),
    ...(unknown.length === 0 ? [] : [`Not understood: ${unknown.join(', ')}`]),
  ];
  return {
    normalized: Math.round((100 * known) / LEAD_ATTRIBUTES.length),
    reason: faults.length === 0 ? 'Every attribute is known' : faults.join('. '),
  };
}

/** An empty or blank text counts as missing: forms send those. */
function isGiven(value: unknown): boolean {
  return typeof value === 'string' ? value.trim() !== '' : value !== undefined && value !== null;
}

function isKnown(attributes: LeadAttributes, name: LeadAttribute): boolean {
  return isGiven(attributes[name]) && UNDERSTANDS[name](attributes[name]);
}

/** What people type where a form wants something, without the marks around it and in lower case. */
const PLACEHOLDERS = new Set(
  `na, n/a, n.a, n-a, n\\a, none, null, nil, nan, undefined, unknown, unspecified, tbd, tba, tbc, empty,
  blank, placeholder, not available, not applicable, not provided, not given, not known, not specified,
  no email, no e-mail, no phone, no name, s/o, k.a, keine, aucun, aucune, inconnu, ninguno`
    .split(',')
    .map((text) => text.trim()),
);

/** Longer texts are not compared, with the marks around them. */
const LONGEST_PLACEHOLDER = 40;

/** A text that says something: with a letter or digit, and no placeholder such as `n/a`, `-` or `xxx`. */
function isRealText(value: unknown): value is string {
  if (typeof value !== 'string' || !/[\p{L}\p{N}]/u.test(value)) return false;
  if (value.trim().length > LONGEST_PLACEHOLDER) return true;
  const text = value.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '').toLowerCase();
  return !PLACEHOLDERS.has(text.replace(/\s+/g, ' ')) && !/^x+$/.test(text);
}

function missing(name: string): Grade {
  return { normalized: UNKNOWN_GRADE, reason: `Missing: ${name}` };
}

function notUnderstood(names: readonly LeadAttribute[]): Grade {
  const faults = names.map((name) => `${name} must be ${EXPECTED[name]}`);
  return { normalized: UNKNOWN_GRADE, reason: `Not understood: ${faults.join('; ')}` };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
