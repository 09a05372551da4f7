import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { createTestApp, type TestApp } from './support/app.js';
import { CsvClient, errorsOf, type ItemBody, type Query, rows, someScope } from './support/csv.js';
import { problems } from './support/problems.js';

const fixture = (name: string) => readFileSync(`test/fixtures/csv/${name}`);

describe('a file in CSV', () => {
  let app: TestApp;
  let csv: CsvClient;
  beforeAll(async () => {
    app = await createTestApp();
    csv = new CsvClient(app);
  });
  afterAll(() => app.close());

  describe('with messy rows', () => {
    it('from a spreadsheet: semicolons, a byte order mark, empty lines and columns', async () => {
      const scope = { entityType: 'account', entityId: 'northwind' };
      const query = { ...scope, kind: 'reminder', mode: 'each' };
      const { body } = await csv.send(fixture('reminders-spreadsheet.csv'), query).expect(200);
      expect(body).toMatchObject({ rows: 8, created: 4, updated: 0, unchanged: 0, failed: 4 });
      expect(errorsOf(body)).toEqual([
        '7: dueAt',
        '8: state',
        '9: externalId',
        '10: priority',
        '10: title',
      ]);
      expect(body.errors[0].message).toMatch(/ISO 8601 date \(2026-12-31\).*03\/04\/2026 is ambig/);
      expect(body.errors[2].message).toContain('line 2');
      const items = await csv.itemsOf(scope);
      const [first, second] = [...items].reverse();
      expect(first).toMatchObject({
        externalId: 'R-1001',
        priority: 'high',
        dueAt: '2026-12-01T00:00:00.000Z',
        attributes: { Owner: 'Ana Lima', Phone: '+49 30 1234' },
      });
      expect(second).toMatchObject({
        title: 'Send the offer; "gold" edition',
        attributes: { Owner: 'Björn', Note: 'two\r\nlines' },
      });
    });

    it('from an export: kinds and scopes of their own, JSON, broken quotes', async () => {
      const query = { mode: 'each', entityType: 'account', entityId: 'fallback' };
      const { body } = await csv.send(fixture('leads-export.csv'), query).expect(200);
      expect(body).toMatchObject({ rows: 11, created: 4, failed: 7 });
      expect(errorsOf(body)).toEqual([
        '5: row',
        '6: row',
        '7: attributes',
        '8: attributes.id',
        '9: state',
        '10: externalId',
        '11: row',
      ]);
      const globex = await csv.itemsOf({ entityType: 'account', entityId: 'globex' });
      expect(globex.find(({ externalId }) => externalId === 'lead-3')).toMatchObject({
        title: 'Umbrella',
        occurredAt: '2026-11-21T00:00:00.000Z',
        attributes: {
          Budget: '007',
          'Email Address': '=lee@example.com',
          source: '=cmd',
          deep: [1, { x: null }],
        },
      });
      const own = await csv.itemsOf({ entityType: 'account', entityId: 'fallback' });
      expect(own.map(({ externalId }) => externalId)).toEqual(['lead-10']);
    });

    it('from another system: tabs, a hint, columns that are computed here', async () => {
      const scope = someScope();
      const query = { ...scope, kind: 'notification_delivery', mode: 'each' };
      const { body } = await csv.send(fixture('deliveries-tab.csv'), query).expect(200);
      expect(body).toMatchObject({ rows: 6, created: 3, failed: 3 });
      expect(errorsOf(body)).toEqual(['4: title', '6: occurredAt', '7: occurredAt']);
      const items = await csv.itemsOf(scope);
      expect(items.map(({ title }) => title)).toEqual([
        'Mail\twith a tab',
        '=Mail, with a comma; and more',
        'Mail to kim@example.com',
      ]);
      expect(items[2]).toMatchObject({
        occurredAt: '2026-11-28T08:00:00.000Z',
        attributes: { channel: 'email' },
      });
    });
  });

  describe('of which all rows or none are stored', () => {
    it('is stored whole, by one event per scope, and leaves no stage', async () => {
      const scope = someScope();
      const query = { ...scope, kind: 'reminder' };
      const { body } = await csv.send(rows(scope, 700), query).expect(200);
      expect(body).toEqual({
        dryRun: false,
        mode: 'all',
        rows: 700,
        created: 700,
        updated: 0,
        unchanged: 0,
        failed: 0,
        errors: [],
        moreErrors: 0,
      });
      const again = await csv.send(rows(scope, 701), query).expect(200);
      expect(again.body).toMatchObject({ created: 1, updated: 0, unchanged: 700 });
      const events = await app.rows<{ meta: { created: number }; actor_id: string }>(
        `SELECT meta, actor_id FROM ops_events
         WHERE event_key = 'work_item.pushed' AND meta ->> 'entityId' = $1 ORDER BY id`,
        [scope.entityId],
      );
      expect(events.map(({ meta }) => meta.created)).toEqual([700, 1]);
      expect(events[0]!.actor_id).not.toBeNull();
      expect(await csv.stagedParts()).toBe(0);
    });

    it('is refused whole when one row is wrong, which is named by its line', async () => {
      const scope = someScope();
      const query = { ...scope, kind: 'reminder' };
      const { body } = await csv.send(rows(scope, 700, [300, 600]), query).expect(400);
      expect(body).toEqual(problems.validationFailed('lines.302.state', 'lines.602.state'));
      expect(body.errors[0].message).toMatch(/^line 302: state of a reminder must be one of/);
      expect(await csv.itemsOf(scope)).toEqual([]);
      expect(await csv.stagedParts()).toBe(0);
    });

    it('keeps the scope of items that are known, like any push', async () => {
      const scope = someScope();
      await csv.send(rows(scope, 2), { ...scope, kind: 'reminder' }).expect(200);
      await csv.send(rows(scope, 3), { kind: 'reminder' }).expect(200);
      expect(await csv.itemsOf(scope)).toHaveLength(2);
    });
  });

  it('of which the good rows are stored names the others by their lines', async () => {
    const scope = someScope();
    const query = { ...scope, kind: 'reminder', mode: 'each' };
    const { body } = await csv.send(rows(scope, 700, [300, 600]), query).expect(200);
    expect(body).toMatchObject({ rows: 700, created: 698, failed: 2 });
    expect(errorsOf(body)).toEqual(['302: state', '602: state']);
    const [stored] = await app.rows<{ n: number }>(
      'SELECT count(*)::int AS n FROM work_items WHERE entity_id = $1',
      [scope.entityId],
    );
    expect(stored!.n).toBe(698);
  });

  it.each(['all', 'each'])('is only checked in a dry run of mode %s', async (mode) => {
    const scope = someScope();
    const query = { ...scope, kind: 'reminder', mode };
    await csv.send(rows(scope, 3), query).expect(200);
    const dry = { ...query, dryRun: true };
    const changed = rows(scope, 5).replace('Call 0', 'Another');
    const good = await csv.send(changed, dry).expect(200);
    expect(good.body).toMatchObject({ dryRun: true, created: 2, updated: 1, unchanged: 2 });
    const bad = await csv.send(rows(scope, 5, [1]), dry).expect(200);
    expect(bad.body).toMatchObject({ failed: 1, created: mode === 'all' ? 0 : 2 });
    expect(errorsOf(bad.body)).toEqual(['3: state']);
    expect((await csv.itemsOf(scope)).map(({ title }) => title)).toEqual([
      'Call 2',
      'Call 1',
      'Call 0',
    ]);
  });

  it('names 100 errors, and counts the others', async () => {
    const scope = someScope();
    const broken = Array.from({ length: 130 }, (_, index) => index);
    const query = { ...scope, kind: 'reminder', mode: 'each' };
    const { body } = await csv.send(rows(scope, 130, broken), query).expect(200);
    expect(body.errors).toHaveLength(100);
    expect(body).toMatchObject({ failed: 130, moreErrors: 30 });
    const all = await csv.send(rows(scope, 130, broken), { ...query, mode: 'all' }).expect(400);
    expect(all.body).toMatchObject({ moreErrors: 80 });
  });

  describe('that is reported while it runs', () => {
    const lines = async (file: string | Buffer, query: Query) => {
      const answer = await csv
        .send(file, query, { Accept: 'application/x-ndjson' })
        .buffer(true)
        .parse((response, done) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => done(null, text));
        })
        .expect(200);
      expect(answer.headers['content-type']).toMatch(/^application\/x-ndjson/);
      return (answer.body as string)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    };

    it('has a line per error and batch, and one how it ended', async () => {
      const scope = someScope();
      const query = { ...scope, kind: 'reminder', mode: 'each' };
      const found = await lines(rows(scope, 700, [300]), query);
      expect(found.map(({ type }) => type)).toEqual(['error', 'progress', 'progress', 'result']);
      expect(found[0]).toMatchObject({ line: 302, field: 'state' });
      expect(found[1]).toMatchObject({ rows: 501, created: 500, failed: 1 });
      expect(found[3]).toMatchObject({ stored: true, rows: 700, created: 699, failed: 1 });
    });

    it('says that nothing is stored of a file that is refused whole', async () => {
      const scope = someScope();
      const found = await lines(rows(scope, 3, [1]), { ...scope, kind: 'reminder' });
      expect(found.at(-1)).toMatchObject({ type: 'result', stored: false, created: 0, failed: 1 });
    });

    it('ends with the problem of a file that breaks', async () => {
      const scope = someScope();
      const file = Buffer.concat([Buffer.from(rows(scope, 600)), Buffer.from('\n\xff', 'latin1')]);
      const found = await lines(file, { ...scope, kind: 'reminder', mode: 'each' });
      const last = found.at(-1) as { type: string; problem: { code: string; detail: string } };
      expect(last).toMatchObject({ type: 'problem', problem: { code: 'CSV_NOT_READABLE' } });
      expect(last.problem.detail).toMatch(/line 602: it is not UTF-8.* 500 rows .* are stored/);
    });

    it('is an ordinary problem when it could not begin', async () => {
      const answer = await csv.send('a,b\n', {}, { Accept: 'application/x-ndjson' }).expect(400);
      expect(answer.body).toMatchObject({ code: 'CSV_HEADER_INVALID' });
    });
  });

  it('may be compressed', async () => {
    const scope = someScope();
    const file = gzipSync(rows(scope, 10));
    const query = { ...scope, kind: 'reminder' };
    const { body } = await csv.send(file, query, { 'Content-Encoding': 'gzip' }).expect(200);
    expect(body).toMatchObject({ created: 10 });
    const broken = await csv.send('no gzip', query, { 'Content-Encoding': 'gzip' }).expect(400);
    expect(broken.body).toMatchObject({ code: 'BODY_NOT_READABLE' });
  });

  it('is read in with the separator that is named', async () => {
    const scope = someScope();
    const file = 'externalId;state;title,with;comma,s\ns-1;open;Call;x\n';
    const query = { ...scope, kind: 'reminder', mode: 'each', separator: 'semicolon' };
    const { body } = await csv.send(file, query).expect(400);
    expect((body as { detail: string }).detail).toContain('no column title');
  });

  it('that was exported is imported without a change', async () => {
    const scope = someScope();
    const texts = [`=1+1`, `'=x`, `''-5`, '-5', '+49 170', '@a', '\t=1', ' a "b"; c,\r\nd ', `'`];
    for (const [index, text] of texts.entries()) {
      const id = encodeURIComponent(
        `${scope.entityId}:${index === 6 ? 6 : text.trim()}`.replace(/[\r\n]/g, ''),
      );
      await app.api
        .put(`/api/work-items/proposal/${id}`, {
          ...scope,
          title: text,
          state: 'sent',
          priority: 'high',
          dueAt: index % 2 === 0 ? '2026-12-01T09:00:00.123Z' : null,
          attributes: { text, deep: [index, { [text.replace(/\W/g, '')]: null }], n: 0.1 },
        })
        .expect(201);
    }
    const before = await csv.itemsOf(scope);
    const { text: file } = await app.api
      .get('/api/work-items', { ...scope })
      .set('Accept', 'text/csv')
      .expect(200);
    const same = await csv.send(file).expect(200);
    expect(same.body).toMatchObject({ rows: texts.length, unchanged: texts.length, failed: 0 });
    expect(await csv.itemsOf(scope)).toEqual(before);
    await app.rows('DELETE FROM work_items WHERE entity_id = $1', [scope.entityId]);
    await csv.send(file).expect(200);
    const content = (item: ItemBody) => ({ ...item, id: '', createdAt: '', updatedAt: '' });
    const sorted = (items: ItemBody[]) =>
      items.map(content).sort((a, b) => (a.title < b.title ? -1 : 1));
    expect(sorted(await csv.itemsOf(scope))).toEqual(sorted(before));
  });
});
