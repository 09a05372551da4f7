import { applyDecorators } from '@nestjs/common';
import { IsISO8601, Matches, ValidateBy } from 'class-validator';

/** The instants, in ms since 1970, that a date may name: the years 1000 to 9999 (UTC). */
const EARLIEST = Date.UTC(1000, 0, 1);
const LATEST = Date.UTC(10_000, 0, 1) - 1;

/**
 * A point in time as ISO 8601 with its time zone, of a day that exists: `2026-11-24T05:00:00Z`. A time
 * without a zone would mean another instant on every machine. Years have four digits, in UTC too: the
 * zone can carry a time out of them, and a fifth digit is read by neither PostgreSQL nor our clients.
 */
export function IsInstant(): PropertyDecorator {
  return applyDecorators(
    IsISO8601(
      { strict: true, strictSeparator: true },
      { message: '$property must be an ISO 8601 time with its time zone' },
    ),
    Matches(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/, {
      message: '$property must be an ISO 8601 time with its time zone',
    }),
    ValidateBy(
      { name: 'isInstant', validator: { validate: isInstant } },
      { message: '$property must be a time of the years 1000 to 9999' },
    ),
  );
}

function isInstant(value: unknown): boolean {
  const instant = typeof value === 'string' ? Date.parse(value) : NaN;
  return instant >= EARLIEST && instant <= LATEST;
}
