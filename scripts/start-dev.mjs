// Watches and restarts the server, and serves the console beside it (http://127.0.0.1:3010), which reloads a page
// whose source changed. When one of them ends, the other is stopped.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../node_modules/', import.meta.url));
const commands = [
  ['@nestjs/cli/bin/nest.js', 'start', '--watch'],
  ['vite/bin/vite.js', 'console'],
];

const children = commands.map(([file, ...args]) =>
  spawn(process.execPath, [`${packages}${file}`, ...args], { stdio: 'inherit' }),
);
const stop = () => {
  for (const child of children) child.kill('SIGTERM');
};
for (const child of children) {
  child.once('exit', (code) => {
    process.exitCode ||= code ?? 0;
    stop();
  });
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
