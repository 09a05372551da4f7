// Builds only if something that the build reads has changed since the last build.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'dist/.built-from';
const INPUTS = [
  'src',
  'migrations',
  'ormconfig.ts',
  'package-lock.json',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

const hash = createHash('sha256');
for (const file of INPUTS.flatMap(filesOf)) hash.update(file).update(readFileSync(file));
const state = `${hash.digest('hex')}\n`;

if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== state) {
  execFileSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  writeFileSync(STAMP, state);
}
