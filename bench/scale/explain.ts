import { type Client } from 'pg';
import { type Query } from '../../src/database/connections/statement.js';

/** How PostgreSQL ran a statement. */
export interface Explained {
  readonly plan: string;
  /** Pages of 8 kB that it looked at, in memory or not. */
  readonly pages: number;
}

/** Runs a statement, and returns its plan. */
export async function explain(client: Client, { statement, values }: Query): Promise<Explained> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, COSTS OFF) ${statement.text}`,
    values,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  // The first line of buffers is that of the uppermost node, which has those of all below it.
  const [, hit = '0', read = '0'] =
    /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(plan) ?? [];
  return { plan, pages: Number(hit) + Number(read) };
}

/** A plan without what was not executed, such as partitions that were not read. */
export function withoutUnread(plan: string): string {
  const depthOf = (line: string): number => line.search(/\S/);
  let unread = Infinity;
  return plan
    .split('\n')
    .filter((line) => {
      if (depthOf(line) > unread) return false;
      unread = line.includes('(never executed)') ? depthOf(line) : Infinity;
      return unread === Infinity;
    })
    .join('\n');
}
