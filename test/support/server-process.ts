import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { JWT_SECRET, OPERATOR } from './app.js';

/** The server in a process of its own, as it is started in production, on a database of the test. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly output: string[],
  ) {}

  /** Starts it and waits until it listens. */
  static async start(
    databaseUrl: string,
    env: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const child = spawn(
      process.execPath,
      ['--import', '@swc-node/register/esm-register', 'src/main.ts'],
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          NODE_ENV: 'production',
          HOST: '127.0.0.1',
          PORT: '0',
          DATABASE_URL: databaseUrl,
          JWT_SECRET,
          ADMIN_EMAIL: OPERATOR.email,
          ADMIN_PASSWORD: OPERATOR.password,
          EXECUTE_LIMIT_PER_MINUTE: '1000000',
          READ_LIMIT_PER_MINUTE: '0',
          WRITE_LIMIT_PER_MINUTE: '0',
          SHUTDOWN_DELAY_MS: '0',
          ...env,
        },
      },
    );
    const output: string[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output.push(chunk.toString());
        const match = /"address":"([^"]+)"/.exec(output.join(''));
        if (match) resolve(match[1]!);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', () =>
        reject(new Error(`The server ended at its start: ${output.join('')}`)),
      );
    });
    return new ServerProcess(child, url, output);
  }

  /** Everything that it wrote. */
  get log(): string {
    return this.output.join('');
  }

  /** Sends a signal to its whole process group and resolves with its exit code once it is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const gone = once(this.child, 'exit');
    process.kill(-this.child.pid!, signal);
    const [code] = (await gone) as [number | null];
    return code;
  }
}
