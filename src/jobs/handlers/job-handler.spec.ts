import { IsInt, IsString } from 'class-validator';
import { Test } from '@nestjs/testing';
import { JobHandler, type JobContext } from './job-handler.js';
import { type ScopePayload } from './job-types.js';

class ReportPayload {
  @IsString()
  reportId!: string;
}

class CountPayload {
  @IsInt()
  count!: number;
}

declare module './job-types.js' {
  interface JobTypes {
    'spec.report': ReportPayload;
  }
}

class Reports {
  readonly sent: string[] = [];
}

@JobHandler('spec.report', { payload: ReportPayload })
export class ReportHandler {
  constructor(private readonly reports: Reports) {}

  handle({ payload }: JobContext<ReportPayload>): Promise<void> {
    this.reports.sent.push(payload.reportId);
    return Promise.resolve();
  }
}

// @ts-expect-error its handle takes another payload
@JobHandler('spec.report', { payload: ReportPayload })
export class TakesAnother {
  handle({ payload }: JobContext<CountPayload>): Promise<void> {
    throw new Error(`${payload.count}`);
  }
}

// @ts-expect-error the class that checks is not that of the type
export const checksAnother = JobHandler('spec.report', { payload: CountPayload });
// @ts-expect-error nothing checks the payload
export const checksNone = JobHandler('spec.report');
// @ts-expect-error JOB_TYPES has the definition
export const definesAnew = JobHandler('score.compute', { payload: ReportPayload });
// @ts-expect-error no module declares the type
export const unknownType = JobHandler('spec.unknown', { payload: ReportPayload });

describe('a job handler', () => {
  it('of a type that it declares is a provider by its decorator alone', async () => {
    const module = await Test.createTestingModule({
      providers: [Reports, ReportHandler],
    }).compile();
    const context = { payload: { reportId: 'r1' } } as JobContext<ReportPayload>;
    await module.get(ReportHandler).handle(context);
    expect(module.get(Reports).sent).toEqual(['r1']);
  });

  it('of a built-in type needs no definition', () => {
    class ScoreHandler {
      handle({ payload }: JobContext<ScopePayload>): Promise<void> {
        throw new Error(payload.entityId);
      }
    }
    expect(() => JobHandler('score.compute')(ScoreHandler)).not.toThrow();
  });
});
