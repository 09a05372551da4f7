// npm run migration:land             adds the hashes of new migrations to migrations/hashes.json
// node scripts/migration-hashes.mjs  checks that every migration is the one that landed
//
// A migration that landed is never edited: a database that ran it would keep the old schema, and nobody
// would notice. So the hash of its text is checked in; neither command changes a hash that is there.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { add: { type: 'boolean', default: false }, folder: { type: 'string' } },
});
const folder = values.folder ?? 'migrations';
const record = join(folder, 'hashes.json');

/** SHA-256 of a file's text, with the line ends of a checkout on Linux. */
function hashOf(file) {
  const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
  return createHash('sha256').update(text).digest('hex');
}

const landed = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : {};
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .sort();
const added = files.filter((file) => landed[file] === undefined);
const newest = Object.keys(landed).sort().at(-1) ?? '';

const faults = [];
for (const [file, hash] of Object.entries(landed)) {
  if (!files.includes(file)) {
    faults.push(`${file} was removed after it landed: restore it; a new migration can undo it.`);
  } else if (hashOf(file) !== hash) {
    faults.push(
      `${file} was changed after it landed: restore it with git, and write what should change as a new migration.`,
    );
  }
}
for (const file of added) {
  if (file < newest) {
    faults.push(
      `${file} is new and older than ${newest}, which landed: give it a later timestamp, or databases would run the two in different orders.`,
    );
  } else if (!values.add) {
    faults.push(
      `${file} has no hash in ${record}: when nothing more will change in it, run npm run migration:land.`,
    );
  }
}

if (faults.length > 0) {
  for (const fault of faults) console.error(fault);
  process.exitCode = 1;
} else if (values.add) {
  for (const file of added) landed[file] = hashOf(file);
  writeFileSync(record, `${JSON.stringify(landed, null, 2)}\n`);
  console.log(added.length === 0 ? 'There is no new migration.' : `Landed ${added.join(', ')}.`);
}
