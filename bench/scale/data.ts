import { type Client } from 'pg';
import { type DeskSizes } from './sizes.js';
import { withoutIndexes } from './indexes.js';

/** Words of the titles: what a search finds often, seldom and never. */
export const WORDS = {
  common: 'delivery',
  rare: 'northwind',
  none: 'zzyzx',
  letters: 'qx',
} as const;

/** Rows of one INSERT. */
const CHUNK = 50_000;

/** The id of the n-th next best action: a history is about them without reading them. */
export function nextActionIdSql(n: string): string {
  return `md5('nba' || ${n})::uuid`;
}

/**
 * Titles differ as those of a business do: an action, a matter, and one of 5000 customers. Half are about a
 * delivery, one of a thousand names Northwind. $1 to $4: type, id (null: one of the accounts), status, size;
 * $5: the first number; $6: accounts.
 */
const INSERT = `
  INSERT INTO next_best_actions (id, title, reason, search_text, priority, score, status, source_type,
    created_by_rule, payload, explanation, entity_type, entity_id, assignee_id, snoozed_until, created_at,
    completed_at)
  SELECT ${nextActionIdSql('n')}, title, reason,
    lower(title) || chr(31) || lower(reason) || chr(31) || rule,
    (ARRAY['low', 'medium', 'high', 'critical'])[1 + band], 20 + band * 20 + n % 21, $3, 'source_' || n % 7,
    rule, '{"channel": "email", "failed": 4}',
    jsonb_build_object('ruleKey', rule, 'summary', reason, 'recommendedSteps', ARRAY['Call', 'Write']),
    $1, COALESCE($2, 'a' || n % $6::int),
    CASE WHEN n % 50 = 0 THEN '00000000-0000-7000-8000-000000000001'::uuid END,
    CASE WHEN n % 40 = 0 THEN now() + interval '1 day' END,
    now() - n * interval '1 second',
    CASE WHEN $3 = 'done' THEN now() END
  FROM (
    SELECT n, (hashint4(n) & 1023) * 4 / 1024 AS band, 'rule_' || n % 9 AS rule,
      (ARRAY['Retry', 'Call about', 'Check', 'Close', 'Plan'])[1 + n % 5] || ' the '
        || (ARRAY['delivery', 'failed delivery', 'invoice', 'proposal'])[1 + n % 4] || ' of '
        || CASE WHEN (hashint4(n + 7) & 1023) = 0 THEN 'Northwind Traders' ELSE 'customer '
          || substr(md5((n % 5000)::text), 1, 8) END AS title,
      n % 97 || ' matters wait since ' || n % 31 || ' days for an answer of somebody.' AS reason
    FROM generate_series($5::int, $5::int + $4::int - 1) AS n) AS made`;

/** Fills an empty, migrated database with next best actions. */
export async function seed(
  client: Client,
  { small, large, huge, accounts }: DeskSizes,
): Promise<void> {
  let from = 1;
  const add = async (type: string, id: string | null, status: string, count: number) => {
    for (let left = count; left > 0; left -= CHUNK) {
      const size = Math.min(left, CHUNK);
      await client.query(INSERT, [type, id, status, size, from, accounts.scopes]);
      from += size;
    }
  };
  await withoutIndexes(client, 'next_best_actions', async () => {
    await add('bench', 'small', 'queued', small.queued);
    await add('bench', 'huge', 'done', huge.closed);
    await add('bench', 'large', 'queued', large.queued);
    await add('bench', 'huge', 'queued', huge.queued);
    await add(accounts.type, null, 'queued', accounts.queued);
  });
  await client.query('VACUUM (ANALYZE) next_best_actions');
}
