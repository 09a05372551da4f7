import { Client } from 'pg';
import { Desk } from '../desk.js';
import { Load } from '../load.js';
import { type Contestant, Servers } from '../servers.js';

/** A database of the bench, with a built server on it. */
export class Site {
  private constructor(
    readonly name: string,
    readonly client: Client,
    readonly desk: Desk,
    readonly load: Load,
    readonly server: Contestant,
    private readonly servers: Servers,
    private readonly token: string,
  ) {}

  /** Starts the server of a dist folder on a filled database. */
  static async start(
    name: string,
    url: string,
    { dist, folder }: { readonly dist: string; readonly folder: string },
    pressesPerScope: number,
  ): Promise<Site> {
    const client = new Client({ connectionString: url });
    const desk = new Desk(url, pressesPerScope);
    const servers = new Servers(url, folder);
    try {
      await client.connect();
      await desk.open();
      const server = await servers.startServer(name, dist);
      const token = await servers.token(server);
      return new Site(name, client, desk, new Load(desk, token), server, servers, token);
    } catch (error) {
      await Promise.all([servers.stop(), desk.close(), client.end()]);
      throw error;
    }
  }

  /** Reads an answer to its end; throws where it is none of 2xx. */
  async request(path: string): Promise<void> {
    const headers = { Authorization: `Bearer ${this.token}` };
    const response = await fetch(this.server.url + path, { headers });
    const body = await response.text();
    if (!response.ok)
      throw new Error(`${this.name} answered ${path} with ${response.status}: ${body}`);
  }

  async stop(): Promise<void> {
    await Promise.all([this.servers.stop(), this.desk.close(), this.client.end()]);
  }
}
