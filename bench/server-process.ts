import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Generous: other work may have the processor. */
const READY_WITHIN_MS = 120_000;

/** As the image and the npm scripts set it: docs/deployment.md, sizing. */
const AS_IMAGE = { MALLOC_MMAP_THRESHOLD_: '1048576' };

/** What a server process is started with. */
export interface ServerProcessOptions {
  readonly name: string;
  /** Arguments of node: flags and the entry file. */
  readonly args: readonly string[];
  /** Its log is written here, as `<name>.log`. */
  readonly folder: string;
  /** The whole environment but PATH, HOST and PORT. */
  readonly env: Readonly<Record<string, string>>;
  /** A free one unless given. */
  readonly port?: number;
}

/** A server in a process of its own, on a loopback port. */
export class ServerProcess {
  private constructor(
    readonly name: string,
    readonly url: string,
    readonly port: number,
    readonly child: ChildProcess,
    /** Where its standard output and error go. */
    readonly logFile: string,
  ) {}

  /** Starts it without waiting for it. */
  static async spawn(options: ServerProcessOptions): Promise<ServerProcess> {
    const { name, args, folder, env } = options;
    const port = options.port ?? (await freePort());
    const logFile = join(folder, `${name}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, ...AS_IMAGE, ...env, HOST: '127.0.0.1', PORT: String(port) },
    });
    closeSync(log);
    return new ServerProcess(name, `http://127.0.0.1:${port}`, port, child, logFile);
  }

  /** Starts it and waits until its readiness probe answers 200. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = await ServerProcess.spawn(options);
    try {
      await server.ready();
      return server;
    } catch (error) {
      server.child.kill('SIGKILL');
      throw error;
    }
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when the readiness probe answers 200; throws when the process ends or takes too long. */
  async ready(withinMs = READY_WITHIN_MS): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      if (this.ended) {
        const how = String(this.child.exitCode ?? this.child.signalCode);
        throw new Error(`${this.name} ended with ${how}: see ${this.logFile}.`);
      }
      const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await delay(50);
    }
    throw new Error(`${this.name} was not ready within ${withinMs} ms: see ${this.logFile}.`);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}

/** A port on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
