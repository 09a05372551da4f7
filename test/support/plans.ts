/** What runs statements in the database of a test and returns their rows. */
interface Runner {
  rows(text: string, values?: unknown[]): Promise<object[]>;
}

/** The plan of a statement as text, without running it. */
export async function planOf(database: Runner, text: string, values?: unknown[]): Promise<string> {
  const lines = (await database.rows(`EXPLAIN ${text}`, values)) as { 'QUERY PLAN': string }[];
  return lines.map((line) => line['QUERY PLAN']).join('\n');
}
