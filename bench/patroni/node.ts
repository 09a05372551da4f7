import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPostmasterPid } from '../../src/database/embedded/postmaster.pid.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { stablePort } from '../ports.js';
import {
  INSTALLED_POSTGRES,
  programFolder,
  type RunningProgram,
  startProgram,
} from '../programs.js';
import { serverProcesses, signalAll } from '../server-processes.js';
import { filledTemplate, type TemplateValues } from './template.js';

/** A proxy to a port of this machine. */
function proxyTo(port: number): TcpProxy {
  return new TcpProxy(new URL(`tcp://127.0.0.1:${port}`));
}

/**
 * One node: Patroni with its PostgreSQL. Whatever others send it, and whatever it sends to etcd, goes
 * through proxies of its own, so that it can be cut off.
 */
export class Node {
  private program: RunningProgram | undefined;

  private constructor(
    readonly name: string,
    private readonly folder: string,
    private readonly rest: number,
    private readonly proxies: {
      readonly postgres: TcpProxy;
      readonly rest: TcpProxy;
      readonly etcd: readonly TcpProxy[];
    },
  ) {}

  /** Makes its folder and its configuration, without starting it. */
  static async create(
    parent: string,
    name: string,
    place: { readonly etcd: readonly number[]; readonly version: string },
    secrets: TemplateValues,
  ): Promise<Node> {
    const folder = await programFolder(parent, name);
    const [postgres, rest] = [await stablePort(), await stablePort()];
    const proxies = {
      postgres: proxyTo(postgres),
      rest: proxyTo(rest),
      etcd: place.etcd.map(proxyTo),
    };
    await Promise.all([proxies.postgres, proxies.rest, ...proxies.etcd].map((one) => one.open()));
    const config = filledTemplate('patroni.yml', {
      ...secrets,
      NODE_NAME: name,
      REST_LISTEN: `127.0.0.1:${rest}`,
      REST_ADDRESS: new URL(proxies.rest.url).host,
      ETCD_HOSTS: proxies.etcd.map(({ url }) => new URL(url).host).join(','),
      POSTGRES_LISTEN: `127.0.0.1:${postgres}`,
      POSTGRES_ADDRESS: new URL(proxies.postgres.url).host,
      POSTGRES_DATA: join(folder, 'data'),
      POSTGRES_BIN: join(INSTALLED_POSTGRES, place.version, 'bin'),
      POSTGRES_PGPASS: join(folder, 'pgpass'),
      POSTGRES_SOCKETS: folder,
      DATABASE_NETWORK: '127.0.0.1/32',
      WATCHDOG_MODE: 'off',
    });
    await writeFile(join(folder, 'patroni.yml'), config, { mode: 0o644 });
    return new Node(name, folder, rest, proxies);
  }

  /** As the others and HAProxy reach it. */
  get addresses(): { readonly postgres: string; readonly restPort: string } {
    const { postgres, rest } = this.proxies;
    return { postgres: new URL(postgres.url).host, restPort: new URL(rest.url).port };
  }

  /** The REST API of its Patroni, past the proxy: what it believes of itself. */
  get restUrl(): string {
    return `http://127.0.0.1:${this.rest}`;
  }

  async start(): Promise<void> {
    const args = [join(this.folder, 'patroni.yml')];
    const { folder, rest: port } = this;
    this.program = await startProgram('patroni', args, { folder, port, signal: 'SIGTERM' });
  }

  /** SIGKILL to Patroni and to every process of PostgreSQL, as in a power failure. */
  async kill(): Promise<void> {
    signalAll(await this.processes(), 'SIGKILL');
    await this.program?.stop('SIGKILL');
  }

  /** SIGSTOP to all of it, as a machine that is paused: the kernel still takes connections. */
  async freeze(): Promise<void> {
    signalAll(await this.processes(), 'SIGSTOP');
  }

  async thaw(): Promise<void> {
    signalAll((await this.processes()).reverse(), 'SIGCONT');
  }

  /** Nothing reaches it any more, and it reaches etcd no more; no connection is closed by that. */
  cutOff(): void {
    for (const proxy of this.all()) proxy.fallSilent();
  }

  rejoin(): void {
    for (const proxy of this.all()) proxy.speak();
  }

  async stop(): Promise<void> {
    await this.kill();
    await Promise.all(this.all().map((proxy) => proxy.cut()));
  }

  private all(): TcpProxy[] {
    const { postgres, rest, etcd } = this.proxies;
    return [postgres, rest, ...etcd];
  }

  /** Patroni comes first, so that it starts no PostgreSQL in place of one that is killed. */
  private async processes(): Promise<number[]> {
    const postmaster = await readPostmasterPid(join(this.folder, 'data'));
    const patroni = this.program ? [this.program.pid] : [];
    return [...patroni, ...(postmaster ? serverProcesses(postmaster.pid) : [])];
  }
}
