import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BuiltImage } from './build-stages.js';
import { processOne, runBeside, startIn } from './isolation.js';

const HEALTHY_WITHIN_MS = 60_000;

/** What a container is started with. */
export interface ContainerOptions {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** In place of CMD. */
  readonly command?: readonly string[];
  /** Its log is written here. */
  readonly folder: string;
  readonly isolated: boolean;
}

/** A process of a built image, as a container engine starts it. */
export class Container {
  private constructor(
    private readonly image: BuiltImage,
    private readonly child: ChildProcess,
    private readonly options: ContainerOptions,
    readonly logFile: string,
  ) {}

  static start(image: BuiltImage, options: ContainerOptions): Container {
    const command = [...image.entrypoint, ...(options.command ?? image.command)];
    const env = { ...image.env, ...options.env };
    const logFile = join(options.folder, `${options.name}.log`);
    const log = openSync(logFile, 'a');
    const stdio = ['ignore' as const, log, log];
    const [program = '', ...args] = command;
    const child = options.isolated
      ? startIn({ ...image, env }, image.user, command, stdio)
      : spawn(program, args, {
          cwd: join(image.root, image.workdir),
          env: { PATH: process.env.PATH, ...env },
          stdio,
        });
    closeSync(log);
    return new Container(image, child, options, logFile);
  }

  /** Waits until the HEALTHCHECK of the image passes. */
  async healthy(): Promise<void> {
    const deadline = Date.now() + HEALTHY_WITHIN_MS;
    for (;;) {
      if (this.child.exitCode !== null) break;
      const { code, output } = await this.exec(this.image.healthcheck);
      if (code === 0) return;
      if (Date.now() > deadline) throw new Error(`${this.options.name} is not healthy: ${output}`);
      await delay(100);
    }
    throw new Error(`${this.options.name} ended:\n${readFileSync(this.logFile, 'utf8')}`);
  }

  /** Runs a command in the running container. */
  async exec(command: readonly string[]): Promise<{ code: number | null; output: string }> {
    const env = { ...this.image.env, ...this.options.env };
    if (this.options.isolated) {
      return runBeside(this.pid, { ...this.image, env }, this.image.user, command);
    }
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: join(this.image.root, this.image.workdir),
      env: { PATH: process.env.PATH, ...env },
    });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.stderr.on('data', (part: Buffer) => parts.push(part));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output: Buffer.concat(parts).toString() };
  }

  /** The process by its number outside. */
  get pid(): number {
    return this.options.isolated ? processOne(this.child) : this.child.pid!;
  }

  /** Sends SIGTERM; resolves with the exit code and the time that it took, in ms. */
  async stop(): Promise<{ code: number | null; ms: number }> {
    const began = performance.now();
    const exited = once(this.child, 'exit');
    process.kill(this.pid, 'SIGTERM');
    const [code] = (await exited) as [number | null];
    return { code, ms: performance.now() - began };
  }
}
