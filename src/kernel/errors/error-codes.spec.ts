import { readdirSync, readFileSync } from 'node:fs';
import { withErrorCodes } from '../../../scripts/error-codes-table.js';
import { ERROR_CODE_NAMES, ERROR_CODES } from './error-codes.js';
import { RECORDED_CODES } from './recorded-codes.js';

/** The status of the classes of domain-error.ts that have one. */
const STATUS_OF: Readonly<Record<string, number>> = {
  InvalidRequestError: 400,
  UnauthenticatedError: 401,
  NotFoundError: 404,
  ConflictError: 409,
  UnavailableError: 503,
};
const THROWN = /(?:new (\w+Error)|super)\(\s*'([A-Z][A-Z0-9_]+)'(?:,\s*(\d{3}))?/g;
const NOTED = /\bcode: '([A-Z][A-Z0-9_]+)'/g;

interface Use {
  readonly file: string;
  readonly code: string;
  /** Where the source says it. */
  readonly status: number | undefined;
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
);
const uses = sources.flatMap((file): Use[] => {
  const text = readFileSync(`src/${file}`, 'utf8');
  const thrown = [...text.matchAll(THROWN)].map(([, type = '', code = '', status]) => ({
    file,
    code,
    status: status === undefined ? STATUS_OF[type] : Number(status),
  }));
  const noted = [...text.matchAll(NOTED)].map(([, code = '']) => ({
    file,
    code,
    status: undefined,
  }));
  return [...thrown, ...noted];
});
const known = (code: string): boolean => code in ERROR_CODES || code in RECORDED_CODES;

describe('the table of error codes', () => {
  it('has every code that the source uses, with its status', () => {
    expect(uses.length).toBeGreaterThan(30);
    expect(uses.filter(({ code }) => !known(code))).toEqual([]);
    const table: Readonly<Record<string, { status: number }>> = ERROR_CODES;
    const unlike = uses.filter(
      ({ code, status }) => status !== undefined && table[code]?.status !== status,
    );
    expect(unlike).toEqual([]);
  });

  it('has no code that the source does not use', () => {
    const text = sources
      .filter((file) => file !== 'kernel/errors/error-codes.ts')
      .map((file) => readFileSync(`src/${file}`, 'utf8'))
      .join('\n');
    const codes = [...ERROR_CODE_NAMES, ...Object.keys(RECORDED_CODES)];
    // What Nest itself throws: its code is the title of the status.
    const unused = codes.filter((code) => code !== 'BAD_REQUEST' && !text.includes(`'${code}'`));
    expect(unused).toEqual([]);
  });

  it('is ordered by status, and says when and what to do in sentences', () => {
    const statuses = ERROR_CODE_NAMES.map((code) => ERROR_CODES[code].status);
    expect(statuses).toEqual([...statuses].sort((a, b) => a - b));
    for (const code of ERROR_CODE_NAMES) {
      expect([code, ERROR_CODES[code].when]).toEqual([code, expect.stringMatching(/^[A-Z].*\.$/)]);
      expect([code, ERROR_CODES[code].fix]).toEqual([code, expect.stringMatching(/^[A-Z].*\.$/)]);
    }
  });

  it('is what docs/http-api.md shows: npm run docs:codes writes it there', () => {
    const page = readFileSync('docs/http-api.md', 'utf8');
    expect(withErrorCodes(page)).toBe(page);
  });

  it('needs the markers of the page', () => {
    expect(() => withErrorCodes('# No markers')).toThrow('The page has no');
  });
});
