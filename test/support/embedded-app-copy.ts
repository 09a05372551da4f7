import { transformFileSync } from '@swc/core';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { platformPackageName } from '../../src/database/embedded/platform-package.resolver.js';
import { unprivilegedAccount } from '../../src/database/embedded/server.account.js';
import type { OwnerCommand } from './embedded-owner.js';

/** An installation that a user other than root can run but not write to, and a folder of theirs. */
export interface AppCopy {
  readonly command: OwnerCommand;
  readonly dataDir: string;
  remove(): void;
}

const SOURCES = join('src', 'database', 'embedded');
/** What the launcher imports from elsewhere. */
const SHARED = ['private-folder.ts', 'start-error.ts'].map((name) => join('src', 'config', name));
const FIXTURE = join('test', 'fixtures', 'embedded-owner.ts');

/** Compiles the launcher and the fixture that owns a server into a folder: plain node runs it. */
export function compileOwner(root: string): OwnerCommand {
  const files = readdirSync(SOURCES).map((name) => join(SOURCES, name));
  for (const file of [...files.filter((name) => !name.endsWith('.spec.ts')), ...SHARED, FIXTURE]) {
    const target = join(root, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const jsc = { target: 'es2022', parser: { syntax: 'typescript' } } as const;
    writeFileSync(target, transformFileSync(file, { jsc, module: { type: 'es6' } }).code);
  }
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  // The binaries are found from the working directory: the project's.
  const script = join(root, FIXTURE.replace(/\.ts$/, '.js'));
  return { node: process.execPath, args: [script], cwd: process.cwd() };
}

/**
 * Compiles it out of the project, which may lie where only root may enter. Its node_modules is
 * root's and lacks the library links, as `npm ci --ignore-scripts` leaves it.
 */
export function copyAppForNobody(): AppCopy {
  const root = mkdtempSync(join(tmpdir(), 'nba-app-'));
  chmodSync(root, 0o755);
  const command = compileOwner(root);
  copyBinariesWithoutLinks(root);

  const { uid, gid } = unprivilegedAccount(onlyNobody());
  const dataDir = join(root, 'home-of-nobody', 'data');
  mkdirSync(dirname(dataDir));
  spawnSync('chown', [`${uid}:${gid}`, dirname(dataDir)]);
  const node = nodeFor(root, uid, gid);
  return {
    command: { ...command, node, cwd: root, uid, gid },
    dataDir,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function copyBinariesWithoutLinks(root: string): void {
  const name = platformPackageName(process.platform, process.arch);
  const entry = createRequire(join(process.cwd(), 'package.json')).resolve(name);
  const source = dirname(dirname(entry));
  const links = JSON.parse(readFileSync(join(source, 'native', 'pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  const left = new Set(links.map(({ target }) => target));
  cpSync(source, join(root, 'node_modules', name), {
    recursive: true,
    filter: (path) => !left.has(relative(source, path)),
  });
}

function onlyNobody(): string {
  const passwd = readFileSync('/etc/passwd', 'utf8').split('\n');
  return passwd.filter((line) => line.startsWith('nobody:')).join('\n');
}

/** Node itself may lie where only root may enter. */
function nodeFor(root: string, uid: number, gid: number): string {
  const proof = spawnSync(process.execPath, ['--version'], { uid, gid, cwd: '/' });
  if (proof.status === 0) return process.execPath;
  copyFileSync(process.execPath, join(root, 'node'));
  chmodSync(join(root, 'node'), 0o755);
  return join(root, 'node');
}
