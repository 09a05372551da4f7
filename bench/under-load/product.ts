import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ServerProcess } from '../server-process.js';

const EMAIL = 'operator@example.com';

/** The built product under a drill: any number of servers on one database, with one set of secrets. */
export class Product {
  readonly jwtSecret = randomBytes(32).toString('base64url');
  readonly password = randomBytes(15).toString('base64url');
  private readonly servers: ServerProcess[] = [];
  private started = 0;

  /** @param settings environment of every server, over the defaults of a drill */
  constructor(
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** Starts a server that listens and is ready. `flags` are node's own, such as --max-old-space-size. */
  async start(
    settings: Readonly<Record<string, string>> = {},
    options: {
      readonly port?: number;
      readonly flags?: readonly string[];
      readonly entry?: string;
    } = {},
  ): Promise<ServerProcess> {
    this.started += 1;
    const server = await ServerProcess.start({
      name: `server-${this.started}`,
      args: [...(options.flags ?? []), resolve('dist/src', options.entry ?? 'main.js')],
      folder: this.folder,
      port: options.port,
      env: {
        NODE_ENV: 'production',
        DATA_DIR: join(this.folder, 'data'),
        JWT_SECRET: this.jwtSecret,
        ADMIN_EMAIL: EMAIL,
        ADMIN_PASSWORD: this.password,
        EXECUTE_LIMIT_PER_MINUTE: '2000000000',
        RUN_LIMIT_PER_MINUTE: '2000000000',
        LOGIN_LIMIT_PER_MINUTE: '2000000000',
        READ_LIMIT_PER_MINUTE: '0',
        WRITE_LIMIT_PER_MINUTE: '0',
        LOG_LEVEL: 'info',
        DEMO: 'false',
        ...this.settings,
        ...settings,
      },
    });
    this.servers.push(server);
    return server;
  }

  /** A token of the first user, by signing in at one of the servers. */
  async token({ url }: { readonly url: string }): Promise<string> {
    const response = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: EMAIL, password: this.password }),
    });
    if (!response.ok) throw new Error(`The sign-in was answered with ${response.status}.`);
    return ((await response.json()) as { accessToken: string }).accessToken;
  }

  /** Ends every server that still runs. */
  async end(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop('SIGKILL')));
  }
}
