// Runs scripts of package.json at once: `at-once.mjs check:types check:lint`. Each one's output is printed when it
// ends; the exit code is 1 if one of them failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

async function run(script) {
  const child = spawn('npm', ['run', '--silent', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const closed = once(child, 'close');
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  process.stdout.write(out);
  process.stderr.write(code === 0 ? err : `${err}${script} failed.\n`);
  return code;
}

const codes = await Promise.all(process.argv.slice(2).map(run));
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
