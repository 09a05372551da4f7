import { type Client } from 'pg';

/** The scopes of the bench: so many queued and closed next best actions each. */
export const SMALL = { scope: 'bench/small', queued: 10_000, closed: 0 } as const;
export const LARGE = { scope: 'bench/large', queued: 270_000, closed: 0 } as const;
export const HUGE = { scope: 'bench/huge', queued: 300_000, closed: 300_000 } as const;
/** The accounts: many scopes of a few actions. */
export const ACCOUNTS = { type: 'account', scopes: 20_000, queued: 120_000 } as const;

export const ALL_ROWS = SMALL.queued + LARGE.queued + HUGE.queued + HUGE.closed + ACCOUNTS.queued;

/** Words of the titles: what a search finds often, seldom and never. */
export const WORDS = {
  common: 'delivery',
  rare: 'northwind',
  none: 'zzyzx',
  letters: 'qx',
} as const;

/** Rows of one INSERT. */
const CHUNK = 50_000;

/**
 * Titles differ as those of a business do: an action, a matter, and one of 5000 customers. Half are about a
 * delivery, one of a thousand names Northwind. $1 to $4: type, id (null: one of the accounts), status, size.
 */
const INSERT = `
  INSERT INTO next_best_actions (id, title, reason, search_text, priority, score, status, source_type,
    created_by_rule, payload, explanation, entity_type, entity_id, assignee_id, snoozed_until, created_at,
    completed_at)
  SELECT gen_random_uuid(), title, reason,
    lower(title) || chr(31) || lower(reason) || chr(31) || rule,
    (ARRAY['low', 'medium', 'high', 'critical'])[1 + band], 20 + band * 20 + n % 21, $3, 'source_' || n % 7,
    rule, '{"channel": "email", "failed": 4}',
    jsonb_build_object('ruleKey', rule, 'summary', reason, 'recommendedSteps', ARRAY['Call', 'Write']),
    $1, COALESCE($2, 'a' || n % ${ACCOUNTS.scopes}),
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

/** Fills an empty, migrated database. */
export async function seed(client: Client, say: (line: string) => void): Promise<void> {
  let from = 1;
  const add = async (type: string, id: string | null, status: string, count: number) => {
    for (let left = count; left > 0; left -= CHUNK) {
      const size = Math.min(left, CHUNK);
      await client.query(INSERT, [type, id, status, size, from]);
      from += size;
    }
    say(`${count} ${status} of ${type}/${id ?? '*'}`);
  };
  await add('bench', 'small', 'queued', SMALL.queued);
  await add('bench', 'huge', 'done', HUGE.closed);
  await add('bench', 'large', 'queued', LARGE.queued);
  await add('bench', 'huge', 'queued', HUGE.queued);
  await add(ACCOUNTS.type, null, 'queued', ACCOUNTS.queued);
  await client.query('VACUUM (ANALYZE) next_best_actions');
  await client.query('CHECKPOINT');
}
