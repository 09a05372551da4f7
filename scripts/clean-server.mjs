// Deletes what the last build of the server left, so that no file of a deleted source stays; the built console stays.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const kept = ['console', '.console-built-from'];

for (const name of existsSync('dist') ? readdirSync('dist') : []) {
  if (!kept.includes(name)) rmSync(join('dist', name), { recursive: true, force: true });
}
