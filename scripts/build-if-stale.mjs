// Builds the server, and for `main` the console too: each only if something that its build reads has changed since
// its last build.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BUILDS = [
  {
    script: 'build:server',
    stamp: 'dist/.built-from',
    result: 'dist/src/main.js',
    inputs: [
      'src',
      'migrations',
      'ormconfig.ts',
      'package-lock.json',
      'nest-cli.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ],
    skipped: false,
  },
  {
    script: 'build:console',
    stamp: 'dist/.console-built-from',
    result: 'dist/console/index.html',
    inputs: ['console', 'package-lock.json'],
    // Only the server serves it: nobody who runs a worker, a command or a bench waits for it.
    skipped: process.argv[2] !== 'main',
  },
];

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

for (const { script, stamp, result, inputs, skipped } of BUILDS) {
  if (skipped) continue;
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesOf)) hash.update(file).update(readFileSync(file));
  const state = `${hash.digest('hex')}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state && existsSync(result)) continue;
  execFileSync('npm', ['run', '--silent', script], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  writeFileSync(stamp, state);
}
