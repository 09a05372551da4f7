import { applyDecorators } from '@nestjs/common';
import { IsISO8601, Matches } from 'class-validator';

/**
 * A point in time as ISO 8601 with its time zone, of a day that exists: `2026-11-24T05:00:00Z`. A time
 * without a zone would mean another instant on every machine.
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
  );
}
