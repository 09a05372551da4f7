import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeClusterAndDataDir } from '../../src/database/embedded/cluster.location.js';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { compileOwner } from './embedded-app-copy.js';
import { type Owner, type OwnerCommand, startOwner } from './embedded-owner.js';
import { noServerRuns } from './embedded-probes.js';

/** The folders and servers of a suite about the embedded PostgreSQL; all are gone after each test. */
export class EmbeddedStage {
  /** Of the running test: one with a stopped cluster, unless it asks for a fresh one. */
  dataDir = '';
  private madeDataDir = '';
  private ownerCommand: OwnerCommand | undefined;
  private readonly servers: EmbeddedPostgres[] = [];
  private readonly owners: Owner[] = [];
  private readonly folders: string[] = [];

  /** Makes the cluster that the tests share. */
  async open(): Promise<void> {
    this.ownerCommand = compileOwner(this.freshFolder());
    this.madeDataDir = this.dataDir = this.freshDataDir();
    await (await this.start()).stop();
  }

  reset(): void {
    this.dataDir = this.madeDataDir;
  }

  async settle(): Promise<void> {
    await this.stopAll();
    await noServerRuns(this.dataDir);
    if (this.dataDir !== this.madeDataDir) await removeClusterAndDataDir(this.dataDir);
  }

  async remove(): Promise<void> {
    await removeClusterAndDataDir(this.madeDataDir);
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }

  freshDataDir(): string {
    return join(this.freshFolder(), 'data');
  }

  /** A server on this test's folder; fast, unless the test is about durability. */
  async start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const { dataDir } = this;
    const server = await startEmbeddedPostgres({ dataDir, durable: false, ...options });
    this.servers.push(server);
    return server;
  }

  /** A process that owns a server on this test's folder. */
  own(options: Partial<EmbeddedPostgresOptions> = {}, forgets = false): Owner {
    const { dataDir, ownerCommand } = this;
    if (!ownerCommand) throw new Error('The stage is not open.');
    return this.keep(startOwner(ownerCommand, { dataDir, durable: false, ...options }, forgets));
  }

  /** Sees to it that an owner is gone after the test. */
  keep(owner: Owner): Owner {
    this.owners.push(owner);
    return owner;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.stop()));
    await Promise.all(this.owners.splice(0).map((owner) => owner.kill()));
  }

  private freshFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'nba-embedded-'));
    this.folders.push(folder);
    return folder;
  }
}

/** The stage of a suite, with its hooks. */
export function useEmbeddedStage(): EmbeddedStage {
  const stage = new EmbeddedStage();
  beforeAll(() => stage.open());
  beforeEach(() => stage.reset());
  afterEach(() => stage.settle());
  afterAll(() => stage.remove());
  return stage;
}
