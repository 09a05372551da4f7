import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** Not a part of the sources. */
const LEFT_OUT = new Set([
  ...['node_modules', 'dist', 'coverage', '.git', '.data', '.test-build', '.env'],
]);

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** A copy of the project in a folder of its own, to be changed and built as a developer does. */
export class ProjectCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'nba-copy-'));

  constructor() {
    for (const name of readdirSync('.')) {
      if (!LEFT_OUT.has(name)) cpSync(name, join(this.folder, name), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, content: string): void {
    writeFileSync(join(this.folder, path), content);
  }

  /** Changes what a file has exactly once; throws if it has not. */
  replace(path: string, before: string, after: string): void {
    const parts = this.read(path).split(before);
    if (parts.length !== 2) {
      throw new Error(`${path} has this ${parts.length - 1} times, not once:\n${before}`);
    }
    this.write(path, parts.join(after));
  }

  /** Runs a command line in the folder, with an environment of its own. */
  async run(command: string): Promise<CommandResult> {
    const child = spawn(command, {
      shell: true,
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: this.folder, npm_config_update_notifier: 'false' },
    });
    const closed = once(child, 'close') as Promise<[number | null]>;
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    return { code, output: out + err };
  }

  /** Type-checks sources of the copy, and checks their style by Prettier and ESLint. */
  check(files: readonly string[]): Promise<CommandResult[]> {
    const options = { extends: './tsconfig.json', include: ['src/**/*.d.ts'], files };
    this.write('tsconfig.checked.json', JSON.stringify(options));
    return Promise.all([
      this.run('npx tsc --noEmit -p tsconfig.checked.json'),
      this.run(`npx prettier --check --log-level warn ${files.join(' ')}`),
      this.run(`npx eslint --max-warnings 0 ${files.join(' ')}`),
    ]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
