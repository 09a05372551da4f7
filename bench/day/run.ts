/**
 * A day of 10 million presses, compressed: what one primary carries, and how the database grows. See
 * docs/scale.md. `npm run bench:day`, with `-- --write` to store the figures there, or another sample:
 * `-- --presses 100000 --connections 32`.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeInto } from '../document.js';
import { inOwnFolder } from '../own-folder.js';
import { benchDay } from './day.js';

const { values: options } = parseArgs({
  options: {
    presses: { type: 'string', default: '40000' },
    connections: { type: 'string', default: '32' },
    write: { type: 'boolean', default: false },
  },
});

await inOwnFolder(async (folder) => {
  const text = await benchDay({
    folder,
    dist: resolve('dist'),
    presses: Number(options.presses),
    connections: Number(options.connections),
    progress: (line) => console.log(line),
  });
  console.log(`\n${text}`);
  if (options.write) writeInto('docs/scale.md', 'day', text);
});
