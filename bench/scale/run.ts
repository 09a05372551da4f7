import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Client } from 'pg';
import { format, resolveConfig } from 'prettier';
import { readEnv } from '../../src/config/env.js';
import { migrate } from '../../src/database/start/migrate.js';
import { buildSearchIndex } from '../../src/next-actions/model/search-index.sql.js';
import { schema } from '../../src/schema.js';
import { ALL_ROWS, seed } from './data.js';
import { measureStatements } from './statements.js';

const DOCUMENT = 'docs/scale.md';

/** Fills a database with a million next best actions, measures lists there, and writes docs/scale.md. */
export async function benchScale(url: string): Promise<string> {
  await migrate({ url, setting: 'DATABASE_URL' }, readEnv({}), schema, console);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await seed(client, (line) => console.error(line));
    await buildSearchIndex(client);
    await client.query('VACUUM (ANALYZE) next_best_actions');
    const { table, plans } = await measureStatements(client);
    const config = await resolveConfig(DOCUMENT);
    const text = await format(documentOf(table, plans), { ...config, filepath: DOCUMENT });
    writeFileSync(DOCUMENT, text);
    return table;
  } finally {
    await client.end();
  }
}

function documentOf(table: string, plans: string): string {
  return `# Lists at scale

_For developers who change a list, and for those who run it._ Written by \`npm run bench -- --scale\`: the statements of a request, on ${ALL_ROWS.toLocaleString('en')} next best actions, as a ratio to page 1 with its total of a scope of 10,000 queued. Medians of interleaved rounds in one run, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} cores. What a list may cost is in the column “at most”.

${table}

## Plans

${plans}
`;
}
