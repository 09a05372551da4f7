// The files of a new delivery action, for make-action.mjs. Prettier formats them.

/** The action, with the class of its input. */
export function actionFile({ key, name, label, hasInput, hasJob }) {
  const context = hasInput ? `DeliveryContext<${name}Input>` : 'DeliveryContext';
  const handler = hasInput ? `DeliveryActionHandler<${name}Input>` : 'DeliveryActionHandler';
  const options = `key: '${key}', label: '${label}'${hasInput ? `, input: ${name}Input` : ''}`;
  return `${hasInput ? "import { IsInt, Max, Min } from 'class-validator';\n" : ''}import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

${
  hasInput
    ? `/** TODO: what the client sends as \`input\`. */
export class ${name}Input {
  @IsInt()
  @Min(1)
  @Max(30)
  days!: number;
}

`
    : ''
}/** TODO: what pressing the button does, in a sentence. */
@DeliveryAction({ ${options} })
export class ${name}Action implements ${handler} {
${hasJob ? enqueueing({ key, context, hasInput }) : plain({ context, hasInput })}
}
`;
}

function plain({ context, hasInput }) {
  return `  run({ nextAction${hasInput ? ', input' : ''} }: ${context}): DeliveryOutcome {
    return { meta: { nextActionId: nextAction.id${hasInput ? ', days: input.days' : ''} } };
  }`;
}

function enqueueing({ key, context, hasInput }) {
  return `  async run({ nextAction${hasInput ? ', input' : ''}, tx }: ${context}): Promise<DeliveryOutcome> {
    const { id, entityType, entityId } = nextAction;
    const jobId = await tx.enqueue({
      type: '${key}',
      payload: { nextActionId: id${hasInput ? ', days: input.days' : ''} },
      scope: { entityType, entityId },
    });
    return { meta: { nextActionId: id, jobId${hasInput ? ', days: input.days' : ''} } };
  }`;
}

/** The job's payload, type and handler. */
export function handlerFile({ key, name, hasInput }) {
  return `import { Inject } from '@nestjs/common';
import { ${hasInput ? 'IsInt, ' : ''}IsUUID } from 'class-validator';
import { type Logger } from 'pino';
import { JobHandler, type JobContext, type JobRunner } from '../../../jobs/handlers/job-handler.js';
import { LOGGER } from '../../../logging/logger.js';

/** TODO: what the job works on; ids, not data. */
export class ${name}Payload {
  @IsUUID()
  nextActionId!: string;
${
  hasInput
    ? `
  @IsInt()
  days!: number;
`
    : ''
}}

declare module '../../../jobs/handlers/job-types.js' {
  interface JobTypes {
    ${key}: ${name}Payload;
  }
}

/** TODO: what the job does, in a sentence. It may run more than once: see docs/jobs.md. */
@JobHandler('${key}', { payload: ${name}Payload })
export class ${name}Handler implements JobRunner<'${key}'> {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  handle({ jobId, payload }: JobContext<${name}Payload>): Promise<void> {
    this.logger.info({ jobId, nextActionId: payload.nextActionId }, 'TODO: do the work');
    return Promise.resolve();
  }
}
`;
}

/** The spec: a press over HTTP, and what it leaves. */
export function specFile({ key, hasInput, hasJob }) {
  const press = `app.api.press(id, '${key}'${hasInput ? ', { input: { days: 3 } }' : ''})`;
  const result = `nextActionId: id${hasInput ? ', days: 3' : ''}`;
  const jobs = hasJob ? "import { QUICK_JOBS, untilJob } from './support/jobs.js';\n" : '';
  const problems = hasInput ? "import { problems } from './support/problems.js';\n" : '';
  return `import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
${jobs}${problems}import { waitForEvent } from './support/wait-for-event.js';

describe('${key}', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp(${hasJob ? '{ env: QUICK_JOBS }' : ''});
  });
  afterAll(() => app.close());

  it('runs once a press, and says what it did', async () => {
    const { id } = await createNextAction(app.api);
    const published = waitForEvent(app, 'nba.delivery.executed');
    await ${press}.expect(200);
    expect((await published).meta).toMatchObject({ result: { ${result} } });
  });
${
  hasJob
    ? `
  it('leaves a job that completes', async () => {
    const { id } = await createNextAction(app.api);
    const published = waitForEvent(app, 'nba.delivery.executed');
    await ${press}.expect(200);
    const { result } = (await published).meta as { result: { jobId: string } };
    await untilJob(app, result.jobId, 'completed');
  });
`
    : ''
}${
    hasInput
      ? `
  it('refuses an input that its class refuses', async () => {
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, '${key}', { input: { days: 0 } }).expect(400);
    expect(body).toMatchObject(problems.validationFailed('input.days'));
  });
`
      : ''
  }});
`;
}
