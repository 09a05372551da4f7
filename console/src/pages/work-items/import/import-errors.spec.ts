import { byLine, outcomeText } from './import-errors.js';
import { sizeText } from './size-text.js';

const answer = {
  dryRun: true,
  mode: 'all',
  rows: 3,
  created: 0,
  updated: 0,
  unchanged: 0,
  failed: 1,
  errors: [],
  moreErrors: 0,
} as const;
const withErrors = { ...answer, errors: [] };

describe('the errors of an import', () => {
  it('stand by their lines, each once, in the order of the file', () => {
    const title = { field: 'title', message: 'title is required' };
    const state = { field: 'state', message: 'state is wrong' };
    expect(
      byLine([
        { line: 10, ...title },
        { line: 2, ...state },
        { line: 10, ...state },
        { line: 10, ...title },
      ]),
    ).toEqual([
      { line: 2, errors: [{ line: 2, ...state }] },
      {
        line: 10,
        errors: [
          { line: 10, ...title },
          { line: 10, ...state },
        ],
      },
    ]);
  });
});

describe('the outcome of an import', () => {
  it('says whether something is stored, and what is left out', () => {
    expect(outcomeText(withErrors)).toBe('1 row is wrong: in mode all, nothing would be stored.');
    expect(outcomeText({ ...withErrors, mode: 'each' })).toBe(
      'Checked 3 rows, 1 left out. Nothing is stored yet.',
    );
    expect(outcomeText({ ...withErrors, mode: 'each', dryRun: false })).toBe(
      'Imported 2 rows, 1 left out.',
    );
    expect(outcomeText({ ...withErrors, failed: 0, rows: 1, dryRun: false })).toBe(
      'Imported 1 row.',
    );
    expect(outcomeText({ ...withErrors, failed: 0, rows: 0 })).toBe('The file has no rows.');
  });

  it('says sizes as people read them', () => {
    expect([12, 2048, 3_500_000, 52_428_800].map(sizeText)).toEqual([
      '12 bytes',
      '2 kB',
      '3.3 MB',
      '50 MB',
    ]);
  });
});
