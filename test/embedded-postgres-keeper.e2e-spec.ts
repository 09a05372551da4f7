import { locateCluster, systemFolder } from '../src/database/embedded/cluster.location.js';
import { findPlatformPackage } from '../src/database/embedded/platform-package.resolver.js';
import { ownAccount } from '../src/database/embedded/server.account.js';
import { provideBinaries } from '../src/database/embedded/server.binaries.js';
import { ServerKeeper } from '../src/database/embedded/server.keeper.js';
import { type LaunchedServer, launchServer } from '../src/database/embedded/server.launcher.js';
import { serverProcesses } from './support/embedded-probes.js';
import { useEmbeddedStage } from './support/embedded-stage.js';
import { eventually } from './support/eventually.js';

jest.setTimeout(60_000);

const stage = useEmbeddedStage();

describe('The keeper of the embedded PostgreSQL', () => {
  it('stops a server that is ready just when the keeper is stopped', async () => {
    const location = await locateCluster(stage.dataDir);
    const copiesDir = () => (ownAccount().uid === 0 ? systemFolder() : stage.dataDir);
    const binaries = await provideBinaries(findPlatformPackage(), location.account, copiesDir);
    const options = { location, binaries, durable: false, settings: {} };
    const first = await launchServer(options);

    let again: LaunchedServer | undefined;
    let stopped: Promise<void> | undefined;
    const stoppedAtTheEnd: typeof launchServer = async (...given) => {
      again = await launchServer(...given);
      // The launcher has had its last look at the signal.
      stopped = keeper.stop();
      return again;
    };
    const keeper = new ServerKeeper(options, first, undefined, stoppedAtTheEnd);
    process.kill(first.server.pid, 'SIGKILL');
    await eventually('it is started again', () => stopped !== undefined, 30_000);
    await stopped;
    expect(again?.server.hasExited()).toBe(true);
    expect(await serverProcesses(stage.dataDir)).toEqual([]);
  });
});
