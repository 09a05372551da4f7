import { validate, ValidationSeverity } from 'dockerfile-utils';
import { readdirSync, readFileSync } from 'node:fs';
import { readDockerignore } from '../scripts/image/build-context.js';
import { type ImageStep, lastOf, readDockerfile } from '../scripts/image/dockerfile.js';

const text = readFileSync('Dockerfile', 'utf8');
const stages = readDockerfile(text);
const runtime = stages.at(-1)!;
const steps = stages.flatMap((stage) => stage.steps);
const of = (keyword: string): ImageStep[] => steps.filter((step) => step.keyword === keyword);
const included = readDockerignore(readFileSync('.dockerignore', 'utf8'));

describe('the Dockerfile', () => {
  it('has no fault that the linter of dockerfile-utils knows', () => {
    const faults = validate(text, { instructionJSONInSingleQuotes: ValidationSeverity.WARNING });
    expect(
      faults.map(({ range, message }) => `${range.start.line + 1}: ${JSON.stringify(message)}`),
    ).toEqual([]);
  });

  it('pins each base image to a full version, never to latest', () => {
    const bases = stages.map(({ base }) => base);
    expect(
      bases.filter((base) => !/^node:\d+\.\d+\.\d+-[a-z]+-slim(?:@sha256:\w+)?$/.test(base)),
    ).toEqual([]);
    expect(new Set(bases).size).toBe(1);
  });

  it('uses a version of Node that package.json allows', () => {
    const version = /^node:(\d+)\.(\d+)\./.exec(runtime.base)!.slice(1).map(Number);
    expect(version[0]).toBe(22);
    expect(version[1]).toBeGreaterThanOrEqual(13);
  });

  it('copies files and never adds them, into absolute working directories', () => {
    expect(of('ADD')).toEqual([]);
    expect(of('WORKDIR').filter((step) => !step.text.startsWith('/'))).toEqual([]);
    expect(of('RUN').filter((step) => /\bcd\b|\bsudo\b/.test(step.text))).toEqual([]);
  });

  it('installs exactly what is locked, and runs no script of a package', () => {
    const installs = of('RUN').filter((step) => /\bnpm (?:ci|i|install)\b/.test(step.text));
    expect(installs).toHaveLength(2);
    for (const { text: command } of installs) {
      expect(command).toMatch(/^npm ci --ignore-scripts\b/);
    }
  });

  it('leaves no list of apt behind where it installs packages', () => {
    const apt = of('RUN').filter((step) => step.text.includes('apt-get'));
    const careless = apt.filter(
      ({ text: command }) =>
        !command.includes('--no-install-recommends') ||
        !command.includes('rm -rf /var/lib/apt/lists'),
    );
    expect(careless).toEqual([]);
  });

  it('ends as a numbered user that is not root, after the last file', () => {
    const user = lastOf(runtime, 'USER')!;
    expect(user.text).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    const changing = runtime.steps.filter(({ keyword }) => /^(?:COPY|RUN)$/.test(keyword));
    expect(changing.filter(({ line }) => line > user.line)).toEqual([]);
  });

  it('starts node itself, without a shell or npm', () => {
    expect(lastOf(runtime, 'ENTRYPOINT')?.exec).toEqual(['node']);
    expect(lastOf(runtime, 'CMD')?.exec).toEqual(['dist/src/main.js']);
    expect(lastOf(runtime, 'HEALTHCHECK')?.exec).toEqual([
      'node',
      'scripts/healthcheck.mjs',
      'live',
    ]);
  });

  it('holds no secret: none in ENV, ARG or LABEL', () => {
    const settings = [...of('ENV'), ...of('ARG')].map((step) => step.text);
    expect(settings.filter((setting) => /SECRET|PASSWORD|TOKEN|_KEY/i.test(setting))).toEqual([]);
  });
});

describe('.dockerignore', () => {
  it('sends everything that the Dockerfile copies', () => {
    const copied = of('COPY').filter(({ from }) => from === undefined);
    const missing = copied
      .flatMap(({ args }) => args.slice(0, -1))
      .filter((path) => !included(path));
    expect(missing).toEqual([]);
  });

  it('sends nothing else', () => {
    const copied = of('COPY').flatMap(({ args, from }) =>
      from === undefined ? args.slice(0, -1) : [],
    );
    const sent = readdirSync('.').filter((name) => included(name));
    expect(sent.filter((name) => !copied.some((path) => path.split('/')[0] === name))).toEqual([]);
  });

  it.each([
    '.env',
    '.env.production',
    'src/.env',
    '.git/config',
    'node_modules/x',
    '.data/x',
    'src/a.spec.ts',
  ])('keeps %s out', (path) => expect(included(path)).toBe(false));
});
