import fc from 'fast-check';
import { type LeadAttributes, leadFactors } from './lead-factors.js';
import { computeScore } from '../scoring/scoring.engine.js';

const scoreOf = (attributes: LeadAttributes) => computeScore(leadFactors(attributes));
const grade = (attributes: LeadAttributes, key: string) =>
  leadFactors(attributes).find((factor) => factor.key === key);

const BEST = {
  budget: 80_000,
  urgency: 'immediate',
  fit: 100,
  source: 'referral',
  email: 'lead@example.com',
  phone: '+1 514 555 0100',
  contactName: 'Ada',
  need: 'A new website before spring',
};

describe('the score of a lead', () => {
  it('is 100 for a lead that could not be better', () => {
    expect(scoreOf(BEST)).toMatchObject({ score: 100, band: 'healthy' });
  });

  it('scores a lead without attributes, and says what is missing', () => {
    const { score, band, reasons } = scoreOf({});
    expect(score).toBe(18);
    expect(band).toBe('critical');
    expect(reasons.map((reason) => reason.text)).toEqual([
      'Missing: email or phone',
      'Missing: budget',
      'Missing: fit',
      'Missing: budget, urgency, fit, source, email, phone, contactName, need',
      'Missing: urgency',
    ]);
  });

  it.each([
    [50_000, 100],
    [49_999.99, 85],
    [20_000, 85],
    [19_999, 70],
    [10_000, 70],
    [9_999, 55],
    [5_000, 55],
    [4_999, 35],
    [1_000, 35],
    [999, 10],
    [0, 10],
  ])('grades a budget of %d with %d', (amount, normalized) => {
    expect(grade({ budget: amount }, 'budget')?.normalized).toBe(normalized);
  });

  it.each([
    ['budget', '12000'],
    ['budget', -1],
    ['budget', NaN],
    ['fit', 101],
    ['fit', 'good'],
    ['urgency', 'yesterday'],
    ['urgency', 3],
    ['source', 'constructor'],
    ['source', { name: 'referral' }],
  ])('says what it expects where %s is %p', (key, value) => {
    const factor = grade({ [key]: value }, key);
    expect(factor?.normalized).toBe(25);
    expect(factor?.reason).toMatch(new RegExp(`^Not understood: ${key} must be `));
  });

  it.each([
    [{}, 0],
    [{ contactName: 'Ada' }, 10],
    [{ phone: '1' }, 40],
    [{ email: 'a@example.com' }, 50],
    [{ email: '   ', phone: null }, 0],
    [{ email: 'a@example.com', phone: '1', contactName: 'Ada' }, 100],
  ])('grades contactability of %j with %d', (attributes, normalized) => {
    expect(grade(attributes, 'contactability')?.normalized).toBe(normalized);
  });

  it.each([
    [{ contactName: 'Ada' }, 'Missing: email or phone'],
    [{ phone: '1' }, 'Reachable by phone'],
    [{ email: 'a@example.com', phone: '1' }, 'Reachable by email and phone'],
  ])('says how %j can be reached: %s', (attributes, reason) => {
    expect(grade(attributes, 'contactability')?.reason).toBe(reason);
  });

  const PLACEHOLDERS = [
    '-',
    '--',
    'n/a',
    'N/A',
    ' (none) ',
    'NULL',
    'Unknown',
    '?',
    'tbd',
    'xxx',
    '#N/A',
  ];
  const WRONG_TYPES = [{}, [], ['a@example.com'], 0, 5145550100, true, false, NaN];

  it.each(
    ['email', 'phone'].flatMap((name) =>
      [...PLACEHOLDERS, ...WRONG_TYPES].map((value) => [name, value] as const),
    ),
  )('does not take %s: %p for a way to reach the lead', (name, value) => {
    const factor = grade({ [name]: value }, 'contactability');
    expect(factor?.normalized).toBe(25);
    expect(factor?.reason).toMatch(new RegExp(`^Not understood: ${name} must be an? `));
    expect(grade({ [name]: value, contactName: 'Ada' }, 'contactability')?.normalized).toBe(25);
  });

  it.each([
    ['email', 'jane'],
    ['email', '+1 514 555 0100'],
    ['phone', 'call the office'],
    ['phone', '000-000-0000'],
  ])('does not take %s: %p for one either', (name, value) => {
    expect(grade({ [name]: value }, 'contactability')?.reason).toMatch(/^Not understood: /);
  });

  it.each([
    ['email', 'jörg@exämple.de'],
    ['phone', '+1 (514) 555-0100 ext. 3'],
    ['phone', '٠٥١٤٥٥٥'],
  ])('takes %s: %p for one', (name, value) => {
    expect(grade({ [name]: value }, 'contactability')?.reason).toBe(`Reachable by ${name}`);
  });

  it('counts only the contact data that it understands', () => {
    expect(
      grade({ email: 'a@example.com', phone: 'n/a', contactName: '-' }, 'contactability'),
    ).toMatchObject({ normalized: 50, reason: 'Reachable by email' });
  });

  it('never counts a placeholder or a wrong type as complete', () => {
    const nonsense = fc.constantFrom<unknown>(...PLACEHOLDERS, {}, [], true, -1);
    const attributes = fc.constantFrom(...Object.keys(BEST));
    fc.assert(
      fc.property(attributes, nonsense, (name, value) => {
        const without = grade({ ...BEST, [name]: undefined }, 'completeness');
        const placed = grade({ ...BEST, [name]: value }, 'completeness');
        expect(placed?.normalized).toBe(without?.normalized);
        expect(placed?.reason).toBe(`Not understood: ${name}`);
        expect(scoreOf({ ...BEST, [name]: value }).score).toBeLessThan(100);
      }),
    );
    expect(grade({ phone: '-', email: 'a@example.com' }, 'completeness')?.reason).toBe(
      'Missing: budget, urgency, fit, source, contactName, need. Not understood: phone',
    );
  });

  it('never repeats an e-mail address or a phone number in a reason', () => {
    const text = JSON.stringify(scoreOf(BEST));
    expect(text).not.toContain(BEST.email);
    expect(text).not.toContain(BEST.phone);
  });

  it('stays a whole number of 0–100, whatever is pushed', () => {
    const anything = fc.dictionary(
      fc.constantFrom(...Object.keys(BEST), '__proto__', 'extra'),
      fc.anything(),
    );
    fc.assert(
      fc.property(anything, (attributes) => {
        const { score } = scoreOf(attributes);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
      }),
    );
  });
});
