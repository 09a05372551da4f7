import { IsInt, IsOptional } from 'class-validator';
import { Test } from '@nestjs/testing';
import { DeliveryAction, type DeliveryContext, type DeliveryOutcome } from './delivery-action.js';

class Days {
  @IsInt()
  days!: number;
}

class Note {
  @IsOptional()
  note?: string;
}

@DeliveryAction({ key: 'takes_days', label: 'Takes days', input: Days })
export class TakesDays {
  run({ input }: DeliveryContext<Days>): DeliveryOutcome {
    return { meta: { days: input.days } };
  }
}

@DeliveryAction({ key: 'ignores_days', label: 'Ignores its input', input: Days })
export class IgnoresDays {
  run({ now }: DeliveryContext): DeliveryOutcome {
    return { changes: { snoozedUntil: now } };
  }
}

// @ts-expect-error its run takes the input of another class
@DeliveryAction({ key: 'takes_another', label: 'Takes another input', input: Note })
export class TakesAnother {
  run({ input }: DeliveryContext<Days>): DeliveryOutcome {
    return { meta: { days: input.days } };
  }
}

// @ts-expect-error its run takes an input, and no class checks it
@DeliveryAction({ key: 'checks_none', label: 'Checks no input' })
export class ChecksNone {
  run({ input }: DeliveryContext<Days>): DeliveryOutcome {
    return { meta: { days: input.days } };
  }
}

// @ts-expect-error the same where every field is optional
@DeliveryAction({ key: 'checks_no_note', label: 'Checks no note' })
export class ChecksNoNote {
  run({ input }: DeliveryContext<Note>): DeliveryOutcome {
    return { meta: { note: input.note } };
  }
}

// @ts-expect-error it has no run
@DeliveryAction({ key: 'has_no_run', label: 'Has no run' })
export class HasNoRun {
  readonly label = 'nothing to run';
}

describe('a delivery action', () => {
  it('is a provider by its decorator alone', async () => {
    const module = await Test.createTestingModule({ providers: [TakesDays] }).compile();
    const context = { input: { days: 3 } } as DeliveryContext<Days>;
    expect(module.get(TakesDays).run(context)).toEqual({ meta: { days: 3 } });
  });
});
