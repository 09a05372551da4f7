import { Client, type QueryResultRow } from 'pg';

/** Every row that a press writes, as JSON under its table's name. */
const WRITTEN = `
  SELECT to_jsonb(execution) AS "next_action_executions", to_jsonb(nba) AS "next_best_actions",
    (SELECT jsonb_agg(event) FROM ops_events event WHERE event.meta ->> 'executionId' = $1)
      AS "ops_events"
  FROM next_action_executions execution
  JOIN next_best_actions nba ON nba.id = execution.next_action_id
  WHERE execution.id = $1::uuid`;

/**
 * Which values a press wrote, including those inside JSON. If the lists of two contestants differ, they do
 * not do the same work, and a ratio between them is meaningless.
 */
export async function writtenBy(databaseUrl: string, executionId: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<QueryResultRow>(WRITTEN, [executionId]);
    if (rows[0] === undefined) throw new Error(`No execution ${executionId} is on record.`);
    return paths(rows[0], []);
  } finally {
    await client.end();
  }
}

function paths(value: unknown, path: readonly string[]): string[] {
  if (value === null) return [];
  const entries = typeof value === 'object' ? Object.entries(value) : [];
  if (entries.length === 0) return [path.join('.')];
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, inner]) => paths(inner, [...path, key]));
}
