import { Column, Entity, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { columnsOf } from './columns.js';

@Entity('owners')
class Owner {
  @PrimaryColumn('uuid')
  id!: string;
}

@Entity('things')
class Thing {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { nullable: true })
  sourceType!: string | null;

  @Column('boolean', { name: 'is_open' })
  open!: boolean;

  @Column('jsonb', { nullable: true })
  meta!: object | null;

  @ManyToOne(() => Owner)
  owner!: Relation<Owner>;

  @Column('timestamp with time zone', { precision: 3 })
  createdAt!: Date;
}

const things = columnsOf(Thing);

describe('the columns of an entity', () => {
  it('are those of its properties, in their order, without relations', () => {
    expect(things.names()).toBe('id, source_type, is_open, meta, created_at');
    expect(things.names('t')).toBe('t.id, t.source_type, t.is_open, t.meta, t.created_at');
  });

  it('are selected under the names of the properties', () => {
    expect(things.select()).toBe(
      'id, source_type AS "sourceType", is_open AS "open", meta, created_at AS "createdAt"',
    );
    expect(things.only('id', 'sourceType').select('t')).toBe('t.id, t.source_type AS "sourceType"');
  });

  it('are selected as an expression where one is given', () => {
    expect(things.only('id', 'open').select(undefined, { open: 'state > 1' })).toBe(
      'id, state > 1 AS "open"',
    );
  });

  it('can be narrowed, to some in the order that is asked for or by some', () => {
    expect(things.only('createdAt', 'id').names()).toBe('created_at, id');
    expect(things.without('id', 'meta').names()).toBe('source_type, is_open, created_at');
  });

  it('refuse a property that is no column of theirs', () => {
    expect(() => things.only('owner')).toThrow('Thing has no column for "owner" here.');
    expect(() => things.without('owner')).toThrow(/no column/);
    const narrowed = things.only('id') as unknown as typeof things;
    expect(() => narrowed.parameter('meta')).toThrow(/no column/);
  });

  it('bind the values of a record in the order of the parameters', () => {
    const inserted = things.only('createdAt', 'meta', 'id');
    const createdAt = new Date(0);
    expect(inserted.parameters()).toBe('$1, $2, $3');
    expect(inserted.parameter('id')).toBe('$3');
    expect(inserted.values({ id: 'x', meta: { a: ['b'] }, createdAt })).toEqual([
      createdAt,
      '{"a":["b"]}',
      'x',
    ]);
  });

  it('bind a null of JSON as null, not as the JSON value null', () => {
    expect(things.only('meta').values({ meta: null })).toEqual([null]);
  });

  it('describe the records of a JSON array and name their fields', () => {
    const sent = things.only('open', 'meta', 'createdAt');
    expect(sent.recordset()).toBe('"open" boolean, "meta" jsonb, "createdAt" timestamptz');
    expect(sent.fields('r', { createdAt: 'now()' })).toBe('r."open", r."meta", now()');
  });

  it('order expressions and assignments like the columns', () => {
    const changed = things.only('sourceType', 'open');
    expect(changed.expressions({ open: 'true', sourceType: '$2' })).toBe('$2, true');
    expect(changed.assignments('excluded')).toBe(
      'source_type = excluded.source_type, is_open = excluded.is_open',
    );
  });
});
