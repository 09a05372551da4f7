/** Runs one drill in this process, and sends its finding to the process that started it. */
import { type DrillContext } from './drill.js';
import { DRILLS } from './drills.js';

const [name = '', folder = '', quick, seed] = process.argv.slice(2);

// The command is gone: so must be everything that the drill has started, which is of its group.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

const drill = DRILLS.find((candidate) => candidate.name === name);
if (!drill) throw new Error(`There is no drill "${name}".`);
const context: DrillContext = {
  folder,
  quick: quick === 'true',
  seed: Number(seed),
  progress: (text) => console.error(`  ${name}: ${text}`),
};
const finding = await drill.run(context);
process.send!(finding, () => process.exit(0));
