import {
  execFileSync,
  spawn,
  spawnSync,
  type ChildProcess,
  type StdioOptions,
} from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'isolated.sh');
const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child'];

/** Whether this user may make mount and process namespaces here: root on Linux may. */
export function canIsolate(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const tried = spawnSync('unshare', [...NAMESPACES, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return tried.status === 0;
}

/** A folder that a command sees as its whole file system. */
export interface RootFolder {
  readonly root: string;
  /** Inside of it. */
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a command line as a RUN does. Throws with its output if it fails. */
export function runIn(folder: RootFolder, commandLine: string): void {
  const { root, workdir, env } = folder;
  const args = ['build', root, workdir, '/bin/sh', '-c', commandLine];
  const npm = {
    NPM_CACHE: settingOfNpm('cache'),
    NPM_USER_CONFIG: settingOfNpm('userconfig'),
    npm_config_cache: '/root/.npm',
    npm_config_update_notifier: 'false',
  };
  execFileSync('unshare', [...NAMESPACES, SCRIPT, ...args], {
    env: { ...ofMachine(), ...npm, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Starts a command as process 1 of its namespace, without rights, on a read-only root. */
export function startIn(
  folder: RootFolder,
  [uid, gid]: readonly [number, number],
  command: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  const { root, workdir, env } = folder;
  const args = ['run', String(uid), String(gid), root, workdir, ...command];
  return spawn('unshare', [...NAMESPACES, SCRIPT, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio,
  });
}

/** The process that `unshare` started: process 1 of its namespace, by its number outside. */
export function processOne(unshare: ChildProcess): number {
  const pid = String(unshare.pid);
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

/** Runs a command beside process 1, as `docker exec` does; returns its exit code and output. */
export function runBeside(
  pid: number,
  { workdir, env }: RootFolder,
  [uid, gid]: readonly [number, number],
  command: readonly string[],
): { code: number | null; output: string } {
  const enter = [
    '--target',
    String(pid),
    '--mount',
    '--pid',
    '--root',
    `--wd=/proc/${pid}/root${workdir}`,
  ];
  const as = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
  const { status, stdout, stderr } = spawnSync(
    'nsenter',
    [...enter, 'setpriv', ...as, ...command],
    { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } },
  );
  return { code: status, output: `${stdout}${stderr}` };
}

/** What a build gets of the environment: how to reach the network, and the settings of npm. */
function ofMachine(): Record<string, string | undefined> {
  const passed = Object.entries(process.env).filter(([name]) =>
    /^(?:PATH|npm_config_(?:registry|cafile)|NODE_EXTRA_CA_CERTS|(?:https?|no)_proxy)$/i.test(name),
  );
  return Object.fromEntries(passed);
}

function settingOfNpm(key: string): string {
  return execFileSync('npm', ['config', 'get', key], { encoding: 'utf8' }).trim();
}
