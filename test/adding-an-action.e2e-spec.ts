import { readFileSync } from 'node:fs';
import { sidesOf, stepsOf } from './support/page-steps.js';
import { ProjectCopy } from './support/project-copy.js';

jest.setTimeout(600_000);

const PAGE = 'docs/adding-an-action.md';

/** What `npm run make:action --` runs; the page's own commands go through npm. */
const GENERATOR = 'node scripts/make-action.mjs';
const VARIANTS = ['plain_press', 'with_input --input', 'with_job --job', 'with_both --input --job'];
/** Variants whose action gets a dependency after it was generated. */
const DEPENDENT = ['plain_dependent', 'dependent_with_both --input --job'];

const fileOf = (variant: string): string => variant.split(' ')[0]!.replaceAll('_', '-');

describe('actions of a developer', () => {
  const steps = stepsOf(readFileSync(PAGE, 'utf8'));
  const copy = new ProjectCopy();
  afterAll(() => copy.remove());

  const generated: string[] = [];
  const make = async (command: string): Promise<void> => {
    const { code, output } = await copy.run(command);
    expect({ code, output }).toMatchObject({ code: 0 });
    generated.push(...(output.match(/(?:src|test)\/\S+\.ts/g) ?? []));
  };

  it('are written by the generator and by the page', async () => {
    for (const variant of [...VARIANTS, ...DEPENDENT]) {
      await make(`${GENERATOR} ${variant}`);
    }
    for (const variant of DEPENDENT) {
      const path = `src/next-actions/delivery/actions/${fileOf(variant)}.action.ts`;
      const service = `import { ScoringService } from '../../../scoring/scoring.service.js';\n`;
      copy.write(path, service + copy.read(path));
      const [header = ''] = /^export class \w+Action .*\{\n/m.exec(copy.read(path)) ?? [];
      copy.replace(path, header, `${header}  constructor(readonly scoring: ScoringService) {}\n\n`);
    }
    for (const step of steps) {
      if (step.kind === 'command') await make(step.line);
      else if (step.kind === 'file') copy.write(step.path, step.text);
      else copy.replace(step.path, ...sidesOf(step.text));
    }
    expect(generated.filter((path) => path.startsWith('test/'))).toHaveLength(9);
  });

  it('compile, and keep the rules of style', async () => {
    const results = await copy.check([...new Set(generated)]);
    expect(results).toEqual(results.map(() => ({ code: 0, output: '' })));
  });

  it('pass their suites', async () => {
    const suites = generated.filter((path) => path.startsWith('test/')).join(' ');
    const { code, output } = await copy.run(
      `npx jest --runInBand ${suites} src/config/env.spec.ts`,
    );
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(/^Tests: +\d+ passed, \d+ total$/m) as string,
    });
    expect(output).toMatch(/^Test Suites: 10 passed, 10 total$/m);
  });

  it('begin with one of a dozen lines', () => {
    const first = steps.find(({ kind }) => kind === 'file') as { readonly text: string };
    expect(first.text.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  });

  it.each([
    ['SendReminder', 'Name the action in snake_case'],
    ['send_reminder --later', 'There are the options --input and --job'],
    ['mark_done', 'mark-done.action.ts exists already.'],
    ['', 'Name the action in snake_case'],
  ])('are refused by the generator with one sentence: %s', async (typed, sentence) => {
    const { code, output } = await copy.run(`${GENERATOR} ${typed}`);
    expect({ code, lines: output.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(output).toContain(sentence);
  });
});
