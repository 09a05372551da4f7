import { applyDecorators } from '@nestjs/common';
import { IsString, Length, Matches, ValidateBy } from 'class-validator';
import { hasVisibleText, isDotSegment } from '../../kernel/visible-text.js';
import { PRINTABLE } from '../../kernel/scope.js';

/** A text with at least one character that shows: white space and zero-width characters alone are none. */
export function HasVisibleText(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'hasVisibleText',
      validator: { validate: (value) => typeof value !== 'string' || hasVisibleText(value) },
    },
    { message: '$property must contain a visible character' },
  );
}

/** A visible text of `min` to `max` characters. */
export function IsText(min: number, max: number): PropertyDecorator {
  // The last one is the first to be reported.
  return applyDecorators(HasVisibleText(), Length(min, max), IsString());
}

/** An id of up to `max` characters that can be a segment of a path. */
export function IsPathId(max: number): PropertyDecorator {
  return applyDecorators(
    ValidateBy(
      {
        name: 'isPathId',
        validator: { validate: (value) => typeof value !== 'string' || !isDotSegment(value) },
      },
      { message: '$property must not be . or .., which no URL can address' },
    ),
    HasVisibleText(),
    Matches(PRINTABLE, { message: '$property must not contain control characters' }),
    Length(1, max),
    IsString(),
  );
}
