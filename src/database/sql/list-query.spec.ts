import { Column, Entity, PrimaryColumn } from 'typeorm';
import { within } from '../../kernel/grants.js';
import { ScopeFilter } from '../../kernel/scope.js';
import { columnsOf } from './columns.js';
import { Keyset } from './keyset.js';
import { ListQuery, type PageStart } from './list-query.js';

@Entity('listed')
class Listed {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('int')
  score!: number;

  @Column('timestamp with time zone', { precision: 3 })
  madeAt!: Date;
}

const columns = columnsOf(Listed);
const keyset = Keyset.by(columns.only('score', 'madeAt', 'id'));
const parts = { select: columns.select(), from: 'listed', keyset };
const first: PageStart = { limit: 26 };

const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
const page = (query: ListQuery, start: PageStart = first) => query.page(parts, start);
const list = (color?: string, size?: number): ListQuery =>
  ListQuery.unscoped('listed', 'a test', { conditions: ['owner = $1'], values: ['me'] })
    .where('color', color, (p) => `color = ${p}`)
    .where('size', size, (p) => `size > ${p}`);

describe('the statements of a list', () => {
  it('hold the conditions whose values are given, each bound to a parameter', () => {
    const { statement, values } = page(list('red', 3));
    expect(flat(statement.text)).toBe(
      'SELECT id, score, made_at AS "madeAt" FROM listed WHERE owner = $1 AND color = $2 AND size > $3 ' +
        'ORDER BY score DESC, made_at DESC, id DESC LIMIT $4',
    );
    expect(values).toEqual(['me', 'red', 3, 26]);
  });

  it('differ by shape, never by values', () => {
    const names = new Map<string, string>();
    for (const [color, size] of [['red', 1], ['blue', 2], ['red'], [undefined, 1], []] as const)
      for (const start of [
        first,
        { limit: 5, offset: 10 },
        { limit: 5, offset: 20 },
        { limit: 5, after: [1, 'then', 'x'] },
      ]) {
        const { name, text } = page(list(color, size), start).statement;
        expect(names.get(name) ?? text).toBe(text);
        expect(text).not.toMatch(/red|blue|then/);
        names.set(name, text);
      }
    // Four sets of filters, three ways to begin: a text each.
    expect(new Set(names.values()).size).toBe(12);
    expect(names.size).toBe(12);
  });

  it('have no WHERE without conditions', () => {
    expect(flat(ListQuery.unscoped('all', 'a test').total({ from: 'listed' }).statement.text)).toBe(
      'SELECT count(*)::int AS total FROM listed',
    );
  });

  it('distinguish conditions without a value by their names', () => {
    const open = page(
      ListQuery.unscoped('listed', 'a test').when('open', 'closed_at IS NULL'),
    ).statement;
    const closed = page(
      ListQuery.unscoped('listed', 'a test').when('closed', 'closed_at IS NOT NULL'),
    ).statement;
    expect([open.name, closed.name]).toEqual(['list_listed_open', 'list_listed_closed']);
    expect(open.text).toContain('WHERE closed_at IS NULL');
  });

  it('begin after a position, which wins over an offset', () => {
    const { statement, values } = page(list(), { limit: 6, offset: 50, after: [7, 'then', 'x'] });
    expect(flat(statement.text)).toContain(
      'owner = $1 AND (score, made_at, id) < ($2::int, $3::timestamptz, $4::uuid) ORDER BY',
    );
    expect(statement.text).not.toContain('OFFSET');
    expect(values).toEqual(['me', 7, 'then', 'x', 6]);
  });

  it('count all rows of the list, wherever the page begins', () => {
    const query = list('red');
    const before = query.total({ from: 'listed' });
    page(query, { limit: 6, after: [7, 'then', 'x'] });
    expect(query.total({ from: 'listed' })).toEqual(before);
    expect(before.values).toEqual(['me', 'red']);
    expect(before.statement.text).toContain('WHERE owner = $1 AND color = $2');
  });

  it('count up to a limit', () => {
    const { statement } = list('red').total({ from: 'listed' }, 11);
    expect(flat(statement.text)).toBe(
      'SELECT count(*)::int AS total FROM ' +
        '(SELECT FROM listed WHERE owner = $1 AND color = $2 LIMIT 11) AS counted',
    );
    expect(statement.name).not.toBe(list('red').total({ from: 'listed' }).statement.name);
  });

  it('read a list in parts, each to the end of the page, and merge them', () => {
    const byColor = { name: 'colors', source: 'SELECT part FROM c', condition: 'color = part' };
    const query = ListQuery.unscoped('listed', 'a test').where('size', 3, (p) => `size > ${p}`);
    const page = query.page({ ...parts, parts: byColor }, { limit: 6, offset: 20 });
    expect(flat(page.statement.text)).toBe(
      'SELECT id, score, made_at AS "madeAt" FROM (SELECT part FROM c) AS parts CROSS JOIN LATERAL ( ' +
        'SELECT * FROM listed WHERE size > $1 AND color = part ' +
        'ORDER BY score DESC, made_at DESC, id DESC LIMIT $2::bigint + $3) AS rows ' +
        'ORDER BY score DESC, made_at DESC, id DESC LIMIT $3 OFFSET $2',
    );
    expect(page.values).toEqual([3, 20, 6]);
    expect(flat(query.total({ from: 'listed', parts: byColor }, 11).statement.text)).toBe(
      'SELECT count(*)::int AS total FROM (SELECT FROM (SELECT part FROM c) AS parts ' +
        'CROSS JOIN LATERAL ( SELECT 1 FROM listed WHERE size > $1 AND color = part LIMIT 11) AS rows ' +
        'LIMIT 11) AS counted',
    );
  });

  it('read each branch of a list to the end of the page, in every part', () => {
    const byColor = { name: 'colors', source: 'SELECT part FROM c', condition: 'color = part' };
    const branches = ['open', 'NOT open'];
    const query = ListQuery.unscoped('listed', 'a test').where('size', 3, (p) => `size > ${p}`);
    const order = 'ORDER BY score DESC, made_at DESC, id DESC';
    expect(flat(query.page({ ...parts, branches }, first).statement.text)).toBe(
      'SELECT id, score, made_at AS "madeAt" FROM (' +
        `( SELECT * FROM listed WHERE size > $1 AND open ${order} LIMIT $2) UNION ALL ` +
        `( SELECT * FROM listed WHERE size > $1 AND NOT open ${order} LIMIT $2)) AS rows ` +
        `${order} LIMIT $2`,
    );
    expect(flat(query.total({ from: 'listed', branches, parts: byColor }, 11).statement.text)).toBe(
      'SELECT count(*)::int AS total FROM (SELECT FROM (SELECT part FROM c) AS parts ' +
        'CROSS JOIN LATERAL (( SELECT 1 FROM listed WHERE size > $1 AND color = part AND open LIMIT 11) ' +
        'UNION ALL ( SELECT 1 FROM listed WHERE size > $1 AND color = part AND NOT open LIMIT 11)) ' +
        'AS rows LIMIT 11) AS counted',
    );
  });

  it.each([
    ['*', '', []],
    ['account/*', ' WHERE l.entity_type = $1', ['account']],
    ['account/acme', ' WHERE l.entity_type = $1 AND l.entity_id = $2', ['account', 'acme']],
  ])('of the scopes %s have a condition and a name of their own', (text, where, values) => {
    const scopes = within(ScopeFilter.parseAll([text]), { scopes: ScopeFilter.ALL });
    const query = ListQuery.within('listed', scopes, { alias: 'l' }).total({ from: 'listed l' });
    expect(query).toEqual({
      statement: {
        name: `count_listed_${scopes.kind}`,
        text: `SELECT count(*)::int AS total FROM listed l${where}`,
      },
      values,
    });
  });

  it('of several granted scopes hold any of them, in one text, and nothing where none is granted', () => {
    const query = (...texts: string[]) =>
      ListQuery.within(
        'listed',
        within(ScopeFilter.ALL, { scopes: ScopeFilter.parseAll(texts) }),
      ).statement('any', (where) => flat(where()));
    const several = query('a/b', 'c/*', 'd/e');
    expect(several).toEqual({
      statement: {
        name: 'any_listed_several',
        text:
          'WHERE (entity_type = ANY($1::text[]) ' +
          'OR (entity_type, entity_id) IN (SELECT * FROM unnest($2::text[], $3::text[])))',
      },
      values: [['c'], ['a', 'd'], ['b', 'e']],
    });
    expect(query('x/y', 'z/y').statement).toEqual(several.statement);
    expect(query().statement.text).toBe('WHERE FALSE');
  });

  it('give a statement of their own the conditions, to which it adds others', () => {
    const whereIn = (query: ListQuery): string =>
      flat(query.statement('any', (where) => where('made_at > now()', 'size > 3')).statement.text);
    expect(whereIn(ListQuery.unscoped('listed', 'a test').when('open', 'closed_at IS NULL'))).toBe(
      'WHERE closed_at IS NULL AND made_at > now() AND size > 3',
    );
    expect(whereIn(ListQuery.unscoped('listed', 'a test'))).toBe(
      'WHERE made_at > now() AND size > 3',
    );
  });

  it('without scopes need a reason', () => {
    expect(() => ListQuery.unscoped('listed', '')).toThrow(TypeError);
  });
});

describe('the order of a list', () => {
  it('gives the position of a row, times to the millisecond', () => {
    const row = { id: 'x', score: 7, madeAt: new Date('2026-11-24T00:00:00.123Z') };
    expect(keyset.positionOf(row)).toEqual([7, '2026-11-24T00:00:00.123Z', 'x']);
  });

  it('names its columns with the alias of the table', () => {
    expect(Keyset.by(columns.only('id'), 'item').order).toBe('item.id DESC');
  });

  it('can ascend', () => {
    const sooner = new Keyset<{ id: string }>(
      [{ sql: 'id', type: 'uuid', of: ({ id }) => id }],
      'ASC',
    );
    expect([sooner.order, sooner.behind(['$1'])]).toEqual(['id ASC', '(id) > ($1::uuid)']);
  });

  it('takes expressions that are no columns', () => {
    const ranked = new Keyset<{ rank: number }>([
      { sql: 'rank_of(x)', type: 'int', of: (row) => row.rank + 1 },
    ]);
    expect(ranked.order).toBe('rank_of(x) DESC');
    expect(ranked.behind(['$5'])).toBe('(rank_of(x)) < ($5::int)');
    expect(ranked.positionOf({ rank: 1 })).toEqual([2]);
  });
});
