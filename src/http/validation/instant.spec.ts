import { validateSync } from 'class-validator';
import { IsInstant } from './instant.js';

class Body {
  @IsInstant()
  at: unknown;
}

function accepts(at: unknown): boolean {
  return validateSync(Object.assign(new Body(), { at })).length === 0;
}

describe('an instant', () => {
  it.each([
    '2026-11-24T05:00:00Z',
    '2026-11-24T05:00+13:00',
    '2024-02-29T23:59:59.999Z',
    '1000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
  ])('may be %s', (at) => {
    expect(accepts(at)).toBe(true);
  });

  it.each([
    ['no zone', '2026-11-24T05:00:00'],
    ['no time', '2026-11-24'],
    ['a day that does not exist', '2026-02-29T00:00:00Z'],
    ['an hour that does not exist', '2026-11-24T25:00:00Z'],
    ['past the end of its day', '2026-11-24T24:00:01Z'],
    ['the year 0', '0000-01-01T00:00:00Z'],
    ['the year 10000 in UTC', '9999-12-31T23:30:00-01:00'],
    ['the year 999 in UTC', '1000-01-01T00:00:00+01:00'],
    ['a number', 1_795_000_000_000],
    ['a list', ['2026-11-24T05:00:00Z']],
    ['nothing', ''],
  ])('is refused: %s', (_, at) => {
    expect(accepts(at)).toBe(false);
  });
});
