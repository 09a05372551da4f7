import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { compiled } from './support/compiled.js';

/** What the image, and the npm scripts, set for the allocator of glibc. */
const SETTING = /\bMALLOC_MMAP_THRESHOLD_=(\d+)/g;

const settingsIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(SETTING)].map(([, value]) => value!);

/** By how many MB a process grew that hashed a dozen passwords, four at once. */
function growth(env: NodeJS.ProcessEnv): number {
  const script = compiled('test/fixtures/hash-at-once.ts');
  const options = { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' } as const;
  return Number(execFileSync(process.execPath, [script], options));
}

describe('the memory of password hashes', () => {
  it('is given back, with the setting of the image and of the npm scripts', () => {
    const [value, ...others] = [...settingsIn('Dockerfile'), ...settingsIn('package.json')];
    // The server and the worker.
    expect(others).toEqual([value, value]);
    // A hash takes 19 MB.
    expect(growth({ MALLOC_MMAP_THRESHOLD_: value })).toBeLessThan(15);
  });

  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const ofGlibc = header?.glibcVersionRuntime === undefined ? it.skip : it;
  ofGlibc('would be kept without it, on a system with glibc', () => {
    expect(growth({})).toBeGreaterThan(15);
  });
});
