import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

const BUILDS = '.test-build';
const PREFIX = 'console.';

/** The folder of the console, built from these sources; built anew only where they changed. */
export function builtConsole(): string {
  const hash = createHash('sha256');
  for (const file of filesOf('console')) hash.update(file).update(readFileSync(file));
  hash.update(readFileSync('package-lock.json'));
  const name = `${PREFIX}${hash.digest('hex').slice(0, 16)}`;
  const folder = resolve(BUILDS, name);
  if (existsSync(folder)) return folder;
  mkdirSync(BUILDS, { recursive: true });
  const beside = `${folder}.${process.pid}`;
  const vite = resolve('node_modules/vite/bin/vite.js');
  const args = ['build', 'console', '--outDir', beside, '--emptyOutDir', '--logLevel', 'warn'];
  execFileSync(process.execPath, [vite, ...args], { env: { PATH: process.env.PATH } });
  for (const old of readdirSync(BUILDS)) {
    const isOld = old.startsWith(PREFIX) && !old.startsWith(name);
    if (isOld) rmSync(join(BUILDS, old), { recursive: true, force: true });
  }
  try {
    renameSync(beside, folder);
  } catch (error) {
    // Another worker was faster.
    rmSync(beside, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}
