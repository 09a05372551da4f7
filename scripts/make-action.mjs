// npm run make:action -- send_reminder
// Writes the action's file, its spec and its provider line.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = 'src/next-actions/delivery/actions';
const MODULE = 'src/next-actions/next-actions.module.ts';
const MARKER = '    // Delivery actions, one line each';

const key = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(key) || key.length > 64) {
  console.error('Name the action in snake_case: npm run make:action -- send_reminder');
  process.exit(1);
}
const words = key.split('_');
const file = words.join('-');
const className = `${words.map((word) => word[0].toUpperCase() + word.slice(1)).join('')}Action`;
const label = `${words[0][0].toUpperCase()}${words.join(' ').slice(1)}`;
const source = `${FOLDER}/${file}.action.ts`;
const spec = `${FOLDER}/${file}.action.spec.ts`;
for (const path of [source, spec]) {
  if (existsSync(path)) {
    console.error(`${path} exists already.`);
    process.exit(1);
  }
}

writeFileSync(
  source,
  `import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** TODO: what pressing the button does, in a sentence. */
@DeliveryAction({ key: '${key}', label: '${label}' })
export class ${className} implements DeliveryActionHandler {
  run({ nextAction }: DeliveryContext): DeliveryOutcome {
    return { meta: { nextActionId: nextAction.id } };
  }
}
`,
);
writeFileSync(
  spec,
  `import { type DeliveryContext } from '../delivery-action.js';
import { ${className} } from './${file}.action.js';

describe('${key}', () => {
  it('returns which next best action it ran on', () => {
    const context = { nextAction: { id: 'nba-1' } } as DeliveryContext;
    expect(new ${className}().run(context)).toEqual({
      meta: { nextActionId: 'nba-1' },
    });
  });
});
`,
);

const lines = readFileSync(MODULE, 'utf8').split('\n');
const importLine = `import { ${className} } from './delivery/actions/${file}.action.js';`;
const firstAction = lines.findIndex((line) => line.includes('/delivery/actions/'));
let at = firstAction;
while (
  lines[at].includes('/delivery/actions/') &&
  lines[at].split(' from ')[1] < importLine.split(' from ')[1]
)
  at += 1;
lines.splice(at, 0, importLine);
const marker = lines.findIndex((line) => line.startsWith(MARKER));
lines.splice(marker + 1, 0, `    ${className},`);
writeFileSync(MODULE, lines.join('\n'));

console.log(`Wrote ${source}, ${spec}, and one provider line in ${MODULE}.`);
