import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { FIXTURE_ACTIONS } from './fixtures/delivery-actions.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { type OpenApiDocument, operationsOf } from './support/openapi.js';

const run = promisify(execFile);
/** Programs of other people, in processes of their own, on a loaded machine. */
const LIMIT_MS = 180_000;

/** What a user adds to the generated types: the input of an action is checked by its key. */
const UNION = `
import { type components } from './nba-schema.js';
import { type ExecuteBody } from './nba-client.js';

type Press = components['schemas']['ExecuteBody'];
export const press: Press = { actionKey: 'wait_days', input: { days: 3 } };
export const same: ExecuteBody = { actionKey: 'wait_days', input: { days: 3 } };
// @ts-expect-error the action takes no input
export const unwanted: Press = { actionKey: 'mark_done', input: { days: 3 } };
// @ts-expect-error the action needs an input
export const missing: Press = { actionKey: 'wait_days' };
// @ts-expect-error there is no such action
export const unknown: ExecuteBody = { actionKey: 'no_such_action' };

type Code = components['schemas']['Problem']['code'];
export const code: Code = 'NEXT_ACTION_NOT_OPEN';
// @ts-expect-error there is no such code
export const invented: Code = 'NO_SUCH_CODE';

type Explanation = NonNullable<components['schemas']['NextActionAnswer']['explanation']>;
export const steps = (explanation: Explanation): string[] => explanation.recommendedSteps ?? [];
`;

const COMPILER = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'nodenext',
    types: ['node'],
    skipLibCheck: true,
    outDir: 'out',
  },
  include: ['*.ts'],
};

/** Runs an installed program and returns what it prints; its network is not needed. */
async function program(name: string, args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  };
  const file = resolve('node_modules/.bin', name);
  const { stdout } = await run(process.execPath, [file, ...args], { env, maxBuffer: 64e6 }).catch(
    (error: unknown) => {
      const { stdout: out = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${name} failed: ${out}${stderr}`);
    },
  );
  return stdout;
}

/** The programs of docs/clients.md, in the order of the page. */
function programsOfThePage(): string[] {
  const page = readFileSync('docs/clients.md', 'utf8');
  return [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, text = '']) => text);
}

// The document of a server with further actions. It is the same from the build and from these sources, since
// every property has its decorator: the build has no plugin that adds any.
describe('the OpenAPI document in the hands of others', () => {
  // Inside the project, so that packages are found from there.
  const folder = resolve(`.test-build/clients.${process.pid}`);
  const file = join(folder, 'openapi.json');
  let app: TestApp;
  let document: OpenApiDocument;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    app = await createTestApp({ providers: [...FIXTURE_ACTIONS] });
    const { body } = await app.anonymous.get('/api/openapi.json').expect(200);
    document = body as OpenApiDocument;
    writeFileSync(file, JSON.stringify(document, null, 1));
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'has nothing that the recommended rules of Redocly and of Spectral warn of',
    async () => {
      const [redocly, spectral] = await Promise.all([
        program('redocly', ['lint', file, '--config', 'redocly.yaml', '--format', 'json']),
        program('spectral', ['lint', file, '--format', 'json', '--fail-severity', 'hint', '-q']),
      ]);
      expect(JSON.parse(redocly).problems).toEqual([]);
      expect(JSON.parse(spectral)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'becomes clients that compile under strict TypeScript and press a button',
    async () => {
      const client = 'nba-client.ts';
      const generate = [
        'generate',
        '-p',
        file,
        '-o',
        folder,
        '-n',
        client,
        '--generate-union-enums',
      ];
      await Promise.all([
        program('openapi-typescript', [file, '-o', join(folder, 'nba-schema.ts')]),
        program('swagger-typescript-api', generate),
      ]);
      // Else the compiler would take anything that was generated.
      const generated = readFileSync(join(folder, client), 'utf8');
      writeFileSync(join(folder, client), generated.replace('// @ts-nocheck', ''));
      const stories = programsOfThePage();
      expect(stories).toHaveLength(2);
      stories.forEach((text, index) => writeFileSync(join(folder, `story-${index}.ts`), text));
      writeFileSync(join(folder, 'union.ts'), UNION);
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(COMPILER));
      await program('tsc', ['-p', folder]);

      for (const index of stories.keys()) {
        const { id } = await createNextAction(app.api, { score: 100 });
        const { stdout } = await run(process.execPath, [join(folder, `out/story-${index}.js`)], {
          env: { NBA_URL: app.url, NBA_EMAIL: OPERATOR.email, NBA_PASSWORD: OPERATOR.password },
        });
        const { body } = await app.api.get(`/api/next-actions/${id}/executions`).expect(200);
        expect(body.items).toMatchObject([{ actionKey: 'mark_done', status: 'success' }]);
        expect(stdout.trim()).toBe(body.items[0].id);
      }
    },
    LIMIT_MS,
  );

  it(
    'becomes a Postman collection with every operation',
    async () => {
      const collection = join(folder, 'nba.postman.json');
      await program('openapi2postmanv2', ['-s', file, '-o', collection]);
      interface Folder {
        item?: Folder[];
        request?: object;
      }
      const requestsOf = ({ item = [], request }: Folder): number =>
        (request ? 1 : 0) + item.reduce((sum, one) => sum + requestsOf(one), 0);
      const { item } = JSON.parse(readFileSync(collection, 'utf8')) as Folder;
      expect(requestsOf({ item: item ?? [] })).toBe(operationsOf(document).length);
    },
    LIMIT_MS,
  );
});
