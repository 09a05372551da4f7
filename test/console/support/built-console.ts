import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { builtOnce } from '../../support/built-once.js';

/** The folder of the console, built from these sources; built anew only where they changed. */
export function builtConsole(): string {
  const hash = createHash('sha256');
  for (const file of filesOf('console')) hash.update(file).update(readFileSync(file));
  hash.update(readFileSync('package-lock.json'));
  return builtOnce(`console.${hash.digest('hex').slice(0, 16)}`, (beside) => {
    const vite = resolve('node_modules/vite/bin/vite.js');
    const args = ['build', 'console', '--outDir', beside, '--emptyOutDir', '--logLevel', 'warn'];
    execFileSync(process.execPath, [vite, ...args], { env: { PATH: process.env.PATH } });
  });
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}
