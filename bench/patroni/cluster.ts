import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { becomes } from '../becomes.js';
import { stablePort } from '../ports.js';
import {
  installedVersions,
  programFolder,
  type RunningProgram,
  startProgram,
} from '../programs.js';
import { type ClusterState, clusterStateOf, leaderOf, missingIn } from './cluster-state.js';
import { Node } from './node.js';
import { filledTemplate, settingsIn, type TemplateValues } from './template.js';

const NODES = 3;
const ETCD_MEMBERS = 3;
/** A copy of the primary, a rewind and a start may all be due. Generous: other work may have the processor. */
const WHOLE_WITHIN_MS = 180_000;
/** Longer than what is allowed, so that a late one is measured. */
const REPLACED_WITHIN_MS = 120_000;
const ETCD_WITHIN_MS = 60_000;
const HAPROXY_WITHIN_MS = 20_000;
const REST_LIMIT_MS = 5000;
/** Patroni answers a switchover after it: a checkpoint, a stop and a promotion. */
const SWITCHOVER_LIMIT_MS = 60_000;

/** Three nodes of PostgreSQL under Patroni with three members of etcd, behind HAProxy and PgBouncer. */
export class PatroniCluster {
  private readonly programs: RunningProgram[] = [];
  private nodes: Node[] = [];
  private readonly secrets: TemplateValues = Object.fromEntries(
    ['REST', 'POSTGRES', 'REPLICATION', 'REWIND', 'APPLICATION'].map((name) => [
      `${name}_PASSWORD`,
      randomBytes(18).toString('base64url'),
    ]),
  );
  /** What the servers are started with, as the template says. */
  settings: Readonly<Record<string, string>> = {};

  private constructor(private readonly folder: string) {}

  /** Starts all of it with the templates, and resolves once the cluster is whole and has its database. */
  static async start(folder: string, progress: (text: string) => void): Promise<PatroniCluster> {
    const cluster = new PatroniCluster(folder);
    try {
      progress('etcd');
      const etcd = await cluster.startEtcd();
      const [version = ''] = installedVersions();
      for (let n = 1; n <= NODES; n++) {
        const place = { etcd, version };
        cluster.nodes.push(await Node.create(folder, `node${n}`, place, cluster.secrets));
      }
      progress('three nodes');
      await Promise.all(cluster.nodes.map((node) => node.start()));
      await cluster.whole();
      progress('HAProxy and PgBouncer');
      await cluster.startWays();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** The database by way of HAProxy, past PgBouncer. */
  get url(): string {
    return this.settings.DATABASE_DIRECT_URL ?? '';
  }

  /** What the first node that answers says of the cluster; one may be left out, which is cut off. */
  async state(leftOut?: Node): Promise<ClusterState> {
    for (const { restUrl } of this.nodes.filter((node) => node !== leftOut)) {
      const signal = AbortSignal.timeout(REST_LIMIT_MS);
      const answer = await fetch(`${restUrl}/cluster`, { signal }).catch(() => undefined);
      const body: unknown = await answer?.json().catch(() => undefined);
      const state = clusterStateOf(body);
      if (state.nodes.length > 0) return state;
    }
    return { nodes: [] };
  }

  /** The node that is the primary. */
  async leader(): Promise<Node> {
    const name = leaderOf(await this.state());
    const node = this.nodes.find((candidate) => candidate.name === name);
    if (!node) throw new Error('There is no primary.');
    return node;
  }

  /** Resolves when the others have a primary in place of this node. */
  async replaced(node: Node): Promise<void> {
    const isReplaced = await becomes(async () => {
      const name = leaderOf(await this.state(node));
      return name !== undefined && name !== node.name;
    }, REPLACED_WITHIN_MS);
    if (!isReplaced) throw new Error(`${node.name} was not replaced as the primary.`);
  }

  /** Resolves when a primary, a synchronous standby and one more standby run on one timeline. */
  async whole(): Promise<void> {
    let lacking: string | undefined;
    const isWhole = async (): Promise<boolean> => {
      lacking = missingIn(await this.state(), NODES);
      return lacking === undefined;
    };
    if (await becomes(isWhole, WHOLE_WITHIN_MS, 250)) return;
    throw new Error(`The cluster is not whole: ${lacking ?? ''}.`);
  }

  /** Makes the synchronous standby the primary, as `patronictl switchover` does. */
  async switchover(): Promise<void> {
    const { name, restUrl } = await this.leader();
    const credentials = Buffer.from(`patroni:${this.secrets.REST_PASSWORD ?? ''}`);
    const answer = await fetch(`${restUrl}/switchover`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Basic ${credentials.toString('base64')}`,
      },
      body: JSON.stringify({ leader: name }),
      signal: AbortSignal.timeout(SWITCHOVER_LIMIT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The switchover was answered ${answer.status}: ${text}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await Promise.all(this.programs.map((program) => program.stop('SIGKILL')));
  }

  private async startEtcd(): Promise<number[]> {
    const members: { name: string; client: number; peer: number }[] = [];
    for (let n = 1; n <= ETCD_MEMBERS; n++) {
      members.push({ name: `etcd${n}`, client: await stablePort(), peer: await stablePort() });
    }
    const address = (port: number): string => `127.0.0.1:${port}`;
    await Promise.all(
      members.map(async ({ name, client, peer }) => {
        const folder = await programFolder(this.folder, name);
        const config = filledTemplate('etcd.conf.yml', {
          ETCD_NAME: name,
          ETCD_DATA: join(folder, 'data'),
          ETCD_CLIENT_LISTEN: address(client),
          ETCD_CLIENT_ADDRESS: address(client),
          ETCD_PEER_LISTEN: address(peer),
          ETCD_PEER_ADDRESS: address(peer),
          ETCD_MEMBERS: members.map((one) => `${one.name}=http://${address(one.peer)}`).join(','),
        });
        const file = join(folder, 'etcd.conf.yml');
        await writeFile(file, config, { mode: 0o644 });
        const options = { folder, port: client, signal: 'SIGTERM' } as const;
        this.programs.push(await startProgram('etcd', ['--config-file', file], options));
      }),
    );
    for (const { client } of members) await decided(client);
    return members.map(({ client }) => client);
  }

  /** The database, HAProxy and PgBouncer. */
  private async startWays(): Promise<void> {
    const [primary, replicas, pooler] = [
      await stablePort(),
      await stablePort(),
      await stablePort(),
    ];
    const nodes = this.nodes.map(({ name, addresses }, index) => ({
      [`NODE_${index + 1}_NAME`]: name,
      [`NODE_${index + 1}_POSTGRES`]: addresses.postgres,
      [`NODE_${index + 1}_REST_PORT`]: addresses.restPort,
    }));
    const folder = await programFolder(this.folder, 'haproxy');
    const haproxy = join(folder, 'haproxy.cfg');
    const listens = {
      PRIMARY_LISTEN: `127.0.0.1:${primary}`,
      REPLICAS_LISTEN: `127.0.0.1:${replicas}`,
    };
    const values = Object.assign({}, listens, ...nodes) as TemplateValues;
    await writeFile(haproxy, filledTemplate('haproxy.cfg', values), { mode: 0o644 });
    const options = { folder, port: primary, signal: 'SIGTERM' } as const;
    this.programs.push(await startProgram('haproxy', ['-f', haproxy, '-db'], options));
    await this.createDatabase(
      `postgres://postgres:${this.secrets.POSTGRES_PASSWORD ?? ''}@127.0.0.1:${primary}/postgres`,
    );
    await this.startPgBouncer(primary, pooler);
  }

  private async createDatabase(url: string): Promise<void> {
    const client = await connected(url);
    try {
      const sql = filledTemplate('database.sql', this.secrets);
      // CREATE DATABASE is refused in a packet of several statements.
      for (const statement of sql.split(/;\s*$/m)) await client.query(statement);
    } finally {
      await client.end();
    }
  }

  private async startPgBouncer(primary: number, port: number): Promise<void> {
    const folder = await programFolder(this.folder, 'pgbouncer');
    const values = {
      ...this.secrets,
      PRIMARY_HOST: '127.0.0.1',
      PRIMARY_PORT: String(primary),
      PGBOUNCER_HOST: '127.0.0.1',
      PGBOUNCER_PORT: String(port),
      PGBOUNCER_USERS: join(folder, 'users.txt'),
    };
    const ini = join(folder, 'pgbouncer.ini');
    await writeFile(ini, filledTemplate('pgbouncer.ini', values), { mode: 0o644 });
    await writeFile(values.PGBOUNCER_USERS, filledTemplate('users.txt', values), { mode: 0o644 });
    this.programs.push(await startProgram('pgbouncer', [ini], { folder, port, signal: 'SIGTERM' }));
    this.settings = settingsIn(filledTemplate('application.env', values));
  }
}

/** Resolves once the members of etcd have agreed: Patroni does not start before that. */
async function decided(port: number): Promise<void> {
  const haveAgreed = await becomes(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined);
    const body = (await answer?.json().catch(() => undefined)) as
      { etcdcluster?: string } | undefined;
    return /^\d+\./.test(body?.etcdcluster ?? '');
  }, ETCD_WITHIN_MS);
  if (!haveAgreed) throw new Error('The members of etcd did not agree on a leader.');
}

/**
 * A connection to the primary, once HAProxy has found it: until its first checks, HAProxy takes every node
 * for one.
 */
async function connected(url: string): Promise<Client> {
  const deadline = Date.now() + HAPROXY_WITHIN_MS;
  for (;;) {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query('SELECT pg_is_in_recovery() AS standby');
      if ((rows as { standby: boolean }[])[0]?.standby === false) return client;
      await client.end();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error('HAProxy has not found the primary.');
    await delay(200);
  }
}
