import { IsBoolean, IsIn, IsOptional, ValidateBy, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsInstant } from '../../../http/validation/instant.js';
import { invalidField } from '../../../kernel/errors/domain-error.js';
import { DAY_MS } from '../../../kernel/utc-day.js';
import { snoozeNextAction, snoozeUntilWorse } from '../../model/next-action.changes.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

const HOUR_MS = 60 * 60 * 1000;
/** Longest snooze, in ms. */
const LONGEST_MS = 90 * DAY_MS;

/** How long a snooze is, in ms from the press. */
const SPANS = {
  '1h': HOUR_MS,
  '4h': 4 * HOUR_MS,
  '1d': DAY_MS,
  '3d': 3 * DAY_MS,
  '1w': 7 * DAY_MS,
};
type Span = keyof typeof SPANS;
const SPAN_NAMES = Object.keys(SPANS) as Span[];

/** Until when the NBA is hidden: a time, or a span from the press. */
@JSONSchema({
  oneOf: [{ required: ['until'] }, { required: ['for'] }],
  example: { for: '4h' },
})
export class SnoozeInput {
  /** A time within 90 days. */
  @JSONSchema(() => ({ type: 'string', format: 'date-time' }))
  @ValidateIf((input: SnoozeInput) => input.until !== undefined || input.for === undefined)
  @IsInstant()
  until?: string;

  @ValidateIf((input: SnoozeInput) => input.for !== undefined)
  @IsNotBesideUntil()
  @IsIn(SPAN_NAMES)
  for?: Span;

  /** Also shows it again when a run raises its priority, or its score by 10. */
  @IsOptional()
  @IsBoolean()
  untilWorse?: boolean;
}

/** Hides the NBA from the queue. */
@DeliveryAction({ key: 'snooze', label: 'Snooze…', input: SnoozeInput, undo: true })
export class SnoozeAction implements DeliveryActionHandler<SnoozeInput> {
  run({ nextAction, now, input }: DeliveryContext<SnoozeInput>): DeliveryOutcome {
    const until = endOf(input, now);
    return {
      changes:
        input.untilWorse === true ? snoozeUntilWorse(until, nextAction) : snoozeNextAction(until),
    };
  }
}

function endOf({ until, for: span }: SnoozeInput, now: Date): Date {
  if (span !== undefined) return new Date(now.getTime() + SPANS[span]);
  const end = new Date(until ?? NaN);
  if (end > now && end.getTime() <= now.getTime() + LONGEST_MS) return end;
  throw invalidField('input.until', 'input.until must be in the future, within 90 days');
}

function IsNotBesideUntil(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isNotBesideUntil',
      validator: {
        validate: (_, args) => (args?.object as SnoozeInput | undefined)?.until === undefined,
      },
    },
    { message: 'for must not be given beside until' },
  );
}
