import { appendFile, chown, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder } from '../../src/config/private-folder.js';
import { DATABASE, ensureCluster, ROLE } from '../../src/database/embedded/cluster.init.js';
import {
  type ClusterLocation,
  locateCluster,
  makeClusterFolder,
  systemFolder,
} from '../../src/database/embedded/cluster.location.js';
import { findPlatformPackage } from '../../src/database/embedded/platform-package.resolver.js';
import { writeFileDurably } from '../../src/database/embedded/safe-files.js';
import { ownAccount } from '../../src/database/embedded/server.account.js';
import {
  provideBinaries,
  type ServerBinaries,
} from '../../src/database/embedded/server.binaries.js';
import { runAs } from '../../src/database/embedded/server.command.js';
import { launchServer } from '../../src/database/embedded/server.launcher.js';
import { type SupervisedServer } from '../../src/database/embedded/server.supervisor.js';
import { direct } from '../under-load/journal.js';
import { stablePort } from '../ports.js';
import { serverProcesses, signalAll } from '../server-processes.js';

/** A PostgreSQL of the embedded binaries, with durable settings, on a fixed port. */
export class Cluster {
  private server: SupervisedServer | undefined;

  private constructor(
    private readonly location: ClusterLocation,
    private readonly binaries: ServerBinaries,
    private readonly password: string,
    readonly port: number,
  ) {}

  /** Makes a cluster that replication may connect to. It does not run yet. */
  static async create(dataDir: string): Promise<Cluster> {
    const { location, binaries } = await prepare(dataDir);
    const { password } = await ensureCluster(location, binaries, true);
    const hba = join(location.cluster, 'pg_hba.conf');
    await appendFile(hba, 'host replication all 127.0.0.1/32 scram-sha-256\n');
    return new Cluster(location, binaries, password, await stablePort());
  }

  get url(): string {
    return `postgres://${ROLE}:${this.password}@127.0.0.1:${this.port}/${DATABASE}`;
  }

  /** Starts it and resolves once it accepts connections. */
  async start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const { location, binaries, port } = this;
    const options = { location, binaries, durable: true, settings };
    this.server = (await launchServer(options, { port })).server;
  }

  /** Stops it, and resolves when it is down: fast, as `pg_ctl stop` does, or without a checkpoint. */
  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    if (!this.server || this.server.hasExited()) return;
    if (how === 'immediate') signalAll([this.server.pid], 'SIGQUIT');
    await this.server.stop();
  }

  /** SIGKILL to every process of it, as in a power failure. */
  async kill(): Promise<void> {
    if (!this.server) return;
    signalAll(serverProcesses(this.server.pid), 'SIGKILL');
    await this.server.stop();
  }

  /** Sends SIGSTOP to every process; the kernel still accepts new connections for them. */
  freeze(): void {
    signalAll(serverProcesses(this.server!.pid), 'SIGSTOP');
  }

  thaw(): void {
    signalAll(serverProcesses(this.server!.pid).reverse(), 'SIGCONT');
  }

  /** A standby that streams from this running cluster. It does not run yet. */
  standbyIn(dataDir: string): Promise<Cluster> {
    return this.copyIn(dataDir, 'standby.signal');
  }

  /**
   * A base backup of this running cluster, to be started with `restoreSettings`: it reads the archive to its end and
   * takes writes then.
   */
  backupIn(dataDir: string): Promise<Cluster> {
    return this.copyIn(dataDir, 'recovery.signal');
  }

  /**
   * Settings that archive each finished file of the write-ahead log in a folder of this cluster. A file that is there
   * is not replaced. Source: the PostgreSQL documentation, Setting Up WAL Archiving.
   */
  async archiveSettings(): Promise<Record<string, string>> {
    await mkdir(this.archive, { mode: 0o700, recursive: true });
    await own(this.archive, this.location.account);
    const archived = `${this.archive}/%f`;
    return {
      archive_mode: 'on',
      archive_command: `test ! -f ${archived} && cp %p ${archived}.new && mv ${archived}.new ${archived}`,
    };
  }

  /** Settings with which a backup reads the archive of the cluster that it is from. */
  restoreSettings(source: Cluster): Record<string, string> {
    return { restore_command: `cp ${source.archive}/%f %p` };
  }

  private get archive(): string {
    return join(this.location.folder, 'archive');
  }

  /**
   * A copy of the data directory between pg_backup_start and pg_backup_stop, since there is no pg_basebackup. The file
   * `signal` says what it does when it starts.
   */
  private async copyIn(dataDir: string, signal: string): Promise<Cluster> {
    const { location, binaries } = await prepare(dataDir);
    const { account, cluster } = location;
    await makeClusterFolder(location);
    await mkdir(cluster, { mode: 0o700 });
    await own(cluster, account);
    const label = await direct(this.url, async (client) => {
      await client.query(`SELECT pg_backup_start('copy', true)`);
      // A file that is deleted during the copy does not matter: the write-ahead log has its changes.
      const copy = 'cp -a "$1/." "$2"; rm -rf "$2"/postmaster.* "$2"/pg_wal/* "$2"/pg_replslot/*';
      await runAs(account, '/bin/sh', ['-c', copy, 'sh', this.location.cluster, cluster]);
      const { rows } = await client.query<{ labelfile: string }>(
        'SELECT labelfile FROM pg_backup_stop(false)',
      );
      return rows[0]!.labelfile;
    });
    const write = `mkdir -p "$1/pg_wal/archive_status" "$1/pg_wal/summaries" && touch "$1/$2" && cat > "$1/backup_label"`;
    await runAs(account, '/bin/sh', ['-c', write, 'sh', cluster, signal], label);
    // Kept here, too, or the clean-up would not find the cluster of this folder.
    await writeFileDurably(join(dataDir, 'embedded-password'), `${this.password}\n`);
    return new Cluster(location, binaries, this.password, await stablePort());
  }

  /** Settings with which a standby follows a primary. */
  followSettings(primary: Cluster): Record<string, string> {
    const { password } = this;
    return {
      primary_conninfo: `host=127.0.0.1 port=${primary.port} user=${ROLE} password=${password} application_name=standby`,
    };
  }

  /** Everything that the server wrote. */
  log(): Promise<string> {
    return readFile(join(this.location.folder, 'server.log'), 'utf8');
  }
}

async function prepare(
  dataDir: string,
): Promise<{ location: ClusterLocation; binaries: ServerBinaries }> {
  makePrivateFolder(dataDir, 0o700);
  const location = await locateCluster(dataDir);
  const copies = () => (ownAccount().uid === 0 ? systemFolder() : dataDir);
  const binaries = await provideBinaries(findPlatformPackage(), location.account, copies);
  return { location, binaries };
}

async function own(path: string, { uid, gid }: ClusterLocation['account']): Promise<void> {
  if (uid !== ownAccount().uid) await chown(path, uid, gid);
}
