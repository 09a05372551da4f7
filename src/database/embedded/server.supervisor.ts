import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { processIdentity } from './process.identity.js';
import type { ServerAccount } from './server.account.js';
import { spawnAs } from './server.command.js';

const STOP_PATIENCE_MS = 30_000;

/**
 * Starts the server and prints its pid. A watcher then waits for the end of our pipe, which also closes
 * when this process is killed, and sends the server a fast shutdown. It repeats that until the server has
 * ended: a signal is lost if the server has not installed its handlers yet. The shells ignore a SIGTERM to
 * the whole process group (systemd sends one), so that the server runs until requests have been answered.
 */
const SCRIPT = `
exec 3<&0 </dev/null
"$@" >&2 3<&- &
server=$!
echo "$server"
exec >&2
trap '' TERM HUP
(
  while read -r _ <&3; do :; done
  while kill -INT "$server"; do sleep 1; done
) 2>/dev/null &
watcher=$!
exec 3<&-
wait "$server"
code=$?
kill -KILL "$watcher"
exit "$code"
`;

/** A server under its supervisor, a shell in a session of its own. */
export interface SupervisedServer {
  /** The server's own pid, as in its postmaster.pid; 0 if it could not be started. */
  readonly pid: number;
  /** True once the server, or the shell above it, has gone. */
  hasExited(): boolean;
  /** Resolves when `hasExited` turns true, for any reason. */
  readonly exited: Promise<void>;
  /**
   * Asks for a fast shutdown and resolves when the server is gone. A server whose shell was killed is
   * asked, too, but nobody waits for it here: see awaitFreeCluster.
   */
  stop(): Promise<void>;
}

/** Starts a server that logs to `logFd` and is stopped when this process ends. */
export async function superviseServer(
  account: ServerAccount,
  command: readonly string[],
  logFd: number,
): Promise<SupervisedServer> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'supervisor', ...command], {
    ...spawnAs(account),
    detached: true,
    stdio: ['pipe', 'pipe', logFd],
  }) as ChildProcessByStdio<Socket, Readable, null>;
  let gone = false;
  const exited = once(child, 'exit')
    .catch(() => undefined) // The shell itself could not be started.
    .then(() => {
      gone = true;
    });
  child.stdin.on('error', () => undefined);
  let said = '';
  for await (const chunk of child.stdout) said += String(chunk);
  const pid = Number(said);
  const identity = processIdentity(pid);

  // It must not keep this process alive: when this process ends, the pipe closes and the server stops.
  child.unref();
  child.stdin.unref();
  return {
    pid,
    hasExited: () => gone,
    exited,
    stop: async () => {
      child.stdin.end();
      if (gone) {
        // Without its shell, the server and its watcher may or may not still run.
        if (identity !== undefined && processIdentity(pid) === identity) signal(pid, 'SIGINT');
        return;
      }
      child.ref();
      // A fast shutdown that hangs (a stuck disk) is followed by an immediate one. The next start recovers:
      // no commit is lost.
      const patience = setTimeout(() => signal(pid, 'SIGQUIT'), STOP_PATIENCE_MS);
      await exited;
      clearTimeout(patience);
    },
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
