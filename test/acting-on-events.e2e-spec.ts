import { readFileSync } from 'node:fs';
import { sidesOf, stepsOf } from './support/page-steps.js';
import { ProjectCopy } from './support/project-copy.js';

jest.setTimeout(600_000);

/** The part of the page with the example. */
const [, EXAMPLE = ''] = /^## A durable subscriber\n(.*?)^## /ms.exec(
  readFileSync('docs/events.md', 'utf8'),
)!;

describe('the subscriber of the page', () => {
  const copy = new ProjectCopy();
  afterAll(() => copy.remove());
  const files: string[] = [];

  it('compiles, and keeps the rules of style', async () => {
    for (const step of stepsOf(EXAMPLE)) {
      if (step.kind === 'command') throw new Error(`The test types no command: ${step.line}`);
      if (step.kind === 'file') copy.write(step.path, step.text);
      else copy.replace(step.path, ...sidesOf(step.text));
      if (step.path.endsWith('.ts')) files.push(step.path);
    }
    const results = await copy.check(files);
    expect(results).toMatchObject(results.map(() => ({ code: 0 })));
  });

  it('passes its suite', async () => {
    const suites = [...new Set(files)].filter((path) => path.startsWith('test/'));
    const { code, output } = await copy.run(
      `npx jest --runInBand ${suites.join(' ')} src/config/env.spec.ts`,
    );
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(/^Test Suites: 2 passed, 2 total$/m) as string,
    });
  });
});
