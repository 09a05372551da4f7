import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { compiled } from './compiled.js';
import { JWT_SECRET, OPERATOR } from './app.js';

/** A server or a worker in a process of its own, as it is started in production, on a database of the test. */
export class ServerProcess {
  private readonly output: string[] = [];
  private readonly gone: Promise<unknown>;
  private ended = false;
  private heard: () => void = () => undefined;

  private constructor(
    private readonly child: ChildProcess,
    /** Where it serves; empty before it listens. */
    readonly url: string = '',
  ) {
    this.gone = once(child, 'close').then(() => {
      this.ended = true;
      this.heard();
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output.push(chunk.toString());
        this.heard();
      });
    }
  }

  /** Starts it without waiting for it. */
  static spawn(
    databaseUrl: string,
    env: Record<string, string> = {},
    entry = 'src/main.ts',
  ): ServerProcess {
    const child = spawn(process.execPath, [compiled(entry)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: '0',
        WORKER_PORT: '0',
        DATABASE_URL: databaseUrl,
        JWT_SECRET,
        ADMIN_EMAIL: OPERATOR.email,
        ADMIN_PASSWORD: OPERATOR.password,
        EXECUTE_LIMIT_PER_MINUTE: '1000000',
        BULK_LIMIT_PER_MINUTE: '1000000',
        READ_LIMIT_PER_MINUTE: '0',
        WRITE_LIMIT_PER_MINUTE: '0',
        SHUTDOWN_DELAY_MS: '0',
        ...env,
      },
    });
    return new ServerProcess(child);
  }

  /** Starts it and waits until it listens. */
  static async start(
    databaseUrl: string,
    env: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const server = ServerProcess.spawn(databaseUrl, env);
    const [, url] = await server.says(/"address":"([^"]+)"/);
    return Object.assign(server, { url });
  }

  /** Everything that it wrote. */
  get log(): string {
    return this.output.join('');
  }

  /** Resolves when its output matches; throws when it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.log);
      if (match) return match;
      if (this.ended) throw new Error(`The process ended before it said ${pattern}: ${this.log}`);
      await new Promise<void>((resolve) => (this.heard = resolve));
    }
  }

  /** Sends a signal to it alone. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with its exit code once it is gone. */
  async exit(): Promise<number | null> {
    await this.gone;
    return this.child.exitCode;
  }

  /** Sends a signal to its whole process group and resolves with its exit code once it is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.ended) process.kill(-this.child.pid!, signal);
    return this.exit();
  }
}
