import { parseArgs } from 'node:util';
import { runCommand } from './command.process.js';
import { linesOf, RETENTION_USAGE } from './database/retention/retention-lines.js';

/** How long the command waits for another run, in ms. */
const WAIT_MS = 60_000;

function read(): { readonly dryRun: boolean } | undefined {
  const { values } = parseArgs({
    options: {
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values.help === true ? undefined : { dryRun: values['dry-run'] };
}

/** `npm run retention`: deletes what is past its retention, or shows what would be deleted. */
process.exitCode = await runCommand({
  usage: RETENTION_USAGE,
  options: '--dry-run and --help',
  read,
  load: async () => {
    const { Retention } = await import('./database/retention/retention.js');
    return {
      modules: [],
      run: async (app, { dryRun }, signal) => {
        const retention = app.get(Retention);
        const outcomes = dryRun
          ? await retention.preview()
          : await retention.run({ signal, waitMs: WAIT_MS });
        return {
          output: linesOf(outcomes, dryRun).join('\n'),
          failed: outcomes.some(({ failure }) => failure !== undefined),
        };
      },
    };
  },
});
