import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createTestApp } from './support/app.js';

const SCHEMA = 'console/src/api/schema.d.ts';

/** Some examples are times after the start of the server; the types need none. */
function withoutExamples(value: unknown, isProperties = false): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutExamples(each));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => isProperties || name !== 'example');
  return Object.fromEntries(
    members.map(([name, each]) => [name, withoutExamples(each, name === 'properties')]),
  );
}

describe('the types of the console', () => {
  const folder = resolve(`.test-build/console-types.${process.pid}`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are those of the OpenAPI document: else run npm run console:types', async () => {
    mkdirSync(folder, { recursive: true });
    const app = await createTestApp();
    const { body } = await app.anonymous.get('/api/openapi.json').expect(200);
    await app.close();
    const document = join(folder, 'openapi.json');
    const types = join(folder, 'schema.d.ts');
    writeFileSync(document, JSON.stringify(withoutExamples(body)));
    const program = resolve('node_modules/.bin/openapi-typescript');
    await promisify(execFile)(process.execPath, [program, document, '-o', types]);
    const generated = readFileSync(types, 'utf8');
    if (process.env.WRITE_CONSOLE_TYPES === 'true') writeFileSync(SCHEMA, generated);
    // A boolean: the difference of some thousand lines would not help.
    expect(readFileSync(SCHEMA, 'utf8') === generated).toBe(true);
  }, 60_000);
});
