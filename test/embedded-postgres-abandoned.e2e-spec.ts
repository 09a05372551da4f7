import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePrivateFolder } from '../src/config/private-folder.js';
import {
  locateCluster,
  makeClusterFolder,
  noteOwner,
  OWNER_FILE,
  type OwnerRecord,
  RECORD_FILE,
  removeClusterAndDataDir,
  systemFolder,
} from '../src/database/embedded/cluster.location.js';
import { filesIn, query } from './support/embedded-probes.js';
import { useEmbeddedStage } from './support/embedded-stage.js';

jest.setTimeout(60_000);

const isRoot = process.getuid?.() === 0;
const memory = '/dev/shm';
const deviceOf = (path: string): number => statSync(path).dev;
// A cluster is removed only where a hard link from DATA_DIR to the system folder is possible.
const itOnOneFileSystem = isRoot && deviceOf(systemFolder()) === deviceOf(tmpdir()) ? it : it.skip;
const itWithMemoryFileSystem =
  isRoot && existsSync(memory) && deviceOf(memory) !== deviceOf(tmpdir()) ? it : it.skip;

// Only root's clusters lie outside their DATA_DIR.
(isRoot ? describe : describe.skip)('The cluster of a DATA_DIR that root deleted', () => {
  const stage = useEmbeddedStage();

  /** A DATA_DIR with the folder of its cluster, as a start leaves them; the cluster itself is empty. */
  async function used(dataDir = stage.freshDataDir()): Promise<Used> {
    makePrivateFolder(dataDir, 0o700);
    const location = await locateCluster(dataDir);
    if (existsSync(location.cluster)) {
      await noteOwner(location);
    } else {
      await makeClusterFolder(location);
      mkdirSync(location.cluster);
    }
    return { dataDir, folder: location.folder };
  }

  itOnOneFileSystem(
    'removes the former cluster of a DATA_DIR that was deleted and created again',
    async () => {
      stage.dataDir = stage.freshDataDir();
      await (await stage.start()).stop();
      const { folder } = await locateCluster(stage.dataDir);
      rmSync(stage.dataDir, { recursive: true });
      expect((await stage.start()).firstStart).toBe(true);
      expect(filesIn(folder)).toEqual([]);
    },
  );

  it('keeps the cluster of a DATA_DIR that was moved', async () => {
    const moved = stage.freshDataDir();
    const before = `${moved}-before`;
    await (await stage.start({ dataDir: before })).stop();
    const { folder } = await locateCluster(before);
    renameSync(before, moved);
    await (await stage.start()).stop();
    expect(filesIn(folder)).toContain('cluster');
    expect((await stage.start({ dataDir: moved })).firstStart).toBe(false);
    await stage.stopAll();
    await removeClusterAndDataDir(moved);
  });

  itOnOneFileSystem(
    'removes the cluster of a DATA_DIR that was deleted, once nothing runs on it',
    async () => {
      const deleted = stage.freshDataDir();
      const { url } = await stage.start({ dataDir: deleted });
      const { folder } = await locateCluster(deleted);
      rmSync(deleted, { recursive: true });
      await stage.start();
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await stage.stopAll();
      await stage.start();
      expect(filesIn(folder)).toEqual([]);
    },
  );

  itOnOneFileSystem.each([
    [
      'it has a postmaster.pid',
      ({ folder }: Used) => writeFileSync(join(folder, 'cluster', 'postmaster.pid'), ''),
    ],
    [
      'it has no second name of embedded.json',
      ({ folder }: Used) => rmSync(join(folder, RECORD_FILE)),
    ],
    ['DATA_DIR was a mount point', ({ folder }: Used) => note(folder, { parentDevice: -1 })],
    [
      'the disk of DATA_DIR is not mounted',
      ({ folder }: Used) => note(folder, { device: -1, parentDevice: -1 }),
    ],
  ])('stays when it is in doubt: %s', async (_what, doubt) => {
    const deleted = await used();
    doubt(deleted);
    rmSync(deleted.dataDir, { recursive: true });
    await stage.start();
    expect(filesIn(deleted.folder)).toContain('cluster');
    rmSync(deleted.folder, { recursive: true });
  });

  itWithMemoryFileSystem('stays where DATA_DIR was on another file system', async () => {
    const parent = mkdtempSync(join(memory, 'nba-embedded-'));
    const { dataDir, folder } = await used(join(parent, 'data'));
    try {
      expect(filesIn(folder)).not.toContain(RECORD_FILE);
      rmSync(dataDir, { recursive: true });
      await stage.start();
      expect(filesIn(folder)).toContain('cluster');
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync(parent, { recursive: true });
    }
  });

  itOnOneFileSystem('stays when DATA_DIR was restored from a backup, used and moved', async () => {
    const { dataDir, folder } = await used();
    const backup = `${dataDir}-backup`;
    cpSync(dataDir, backup, { recursive: true, preserveTimestamps: true });
    rmSync(dataDir, { recursive: true });
    renameSync(backup, dataDir);
    expect((await used(dataDir)).folder).toBe(folder);
    expect(statSync(join(folder, RECORD_FILE)).ino).toBe(statSync(join(dataDir, RECORD_FILE)).ino);
    const moved = `${dataDir}-moved`;
    renameSync(dataDir, moved);
    await stage.start();
    expect(filesIn(folder)).toContain('cluster');
    await removeClusterAndDataDir(moved);
  });

  itWithMemoryFileSystem(
    'stays when DATA_DIR moved to another file system and was used there',
    async () => {
      const { dataDir, folder } = await used();
      const parent = mkdtempSync(join(memory, 'nba-embedded-'));
      const moved = join(parent, 'data');
      try {
        cpSync(dataDir, moved, { recursive: true });
        rmSync(dataDir, { recursive: true });
        expect((await used(moved)).folder).toBe(folder);
        expect(filesIn(folder)).not.toContain(RECORD_FILE);
      } finally {
        await removeClusterAndDataDir(moved);
        rmSync(parent, { recursive: true });
      }
    },
  );
});

interface Used {
  readonly dataDir: string;
  readonly folder: string;
}

/** Changes what is noted of a cluster's DATA_DIR. */
function note(folder: string, change: Partial<OwnerRecord>): void {
  const path = join(folder, OWNER_FILE);
  const record = JSON.parse(readFileSync(path, 'utf8')) as OwnerRecord;
  writeFileSync(path, JSON.stringify({ ...record, ...change }));
}
