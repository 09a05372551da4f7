import { request } from 'node:http';
import { readEnv } from '../src/config/env.js';
import { STAGED_ITEMS_RETENTION } from '../src/work-items/csv/staged-items.retention.js';
import { createTestApp, type TestApp } from './support/app.js';
import { CsvClient, errorsOf, rows, someScope } from './support/csv.js';
import { eventually } from './support/eventually.js';
import { problems } from './support/problems.js';

describe('a file in CSV', () => {
  let app: TestApp;
  let csv: CsvClient;
  beforeAll(async () => {
    app = await createTestApp();
    csv = new CsvClient(app);
  });
  afterAll(() => app.close());

  describe('is refused', () => {
    const header = 'externalId,state,title';

    it.each([
      ['empty', '', /line 1: the file is empty/],
      ['without a column that is needed', 'id,title\n', /no column externalId, state/],
      ['with a column twice', `${header},External_ID\n`, /columns 1 and 4 are both externalId/],
      ['with an attribute twice', `${header},a,a\n`, /columns 4 and 5 are both the attribute a/],
      ['with a broken header', 'a"b,c\n', /line 1: a cell that contains a quote/],
    ])('%s', async (_, file, detail) => {
      const { body } = await csv.send(file).expect(400);
      expect(body).toMatchObject({ code: 'CSV_HEADER_INVALID' });
      expect((body as { detail: string }).detail).toMatch(detail);
    });

    it('with a column whose name no object may have', async () => {
      const { body } = await csv.send(`${header},__proto__\n`).expect(400);
      expect(body).toEqual(problems.validationFailed('attributes.__proto__'));
    });

    it.each([
      ['Latin-1', Buffer.from('externalId,state,title\n1,open,\xc4rger\n', 'latin1'), 'line 2'],
      ['UTF-16', Buffer.from(`\ufeff${header}\n`, 'utf16le'), 'UTF-16'],
    ])('in %s', async (_, file, detail) => {
      const { body } = await csv.send(file, { kind: 'reminder' }).expect(400);
      expect(body).toMatchObject({ code: 'CSV_NOT_READABLE' });
      expect((body as { detail: string }).detail).toContain(detail);
    });

    it('as another type, and in another encoding', async () => {
      const json = await csv.send('{}', {}, { 'Content-Type': 'application/json' }).expect(415);
      expect(json.body).toMatchObject({ code: 'BODY_TYPE_UNSUPPORTED' });
      const latin = { 'Content-Type': 'text/csv; charset=iso-8859-1' };
      expect((await csv.send(header, {}, latin).expect(415)).body).toMatchObject({
        code: 'BODY_ENCODING_UNSUPPORTED',
      });
    });

    it('before it is read: without a token, with a wrong parameter, and when it is too large', async () => {
      const stranger = await app.anonymous.post('/api/work-items/import').expect(401);
      expect(stranger.body).toEqual(problems.tokenRequired);
      const { body } = await csv.send(header, { mode: 'some' }).expect(400);
      expect(body).toEqual(problems.validationFailed('mode'));
      const large = Buffer.alloc(50 * 1024 * 1024 + 1, 'x');
      expect((await csv.send(large).expect(413)).body).toEqual(problems.bodyTooLarge);
    });

    it('in a row whose kind is not that of the request', async () => {
      const file = `kind,${header}\nproposal,k-1,sent,Offer\n Reminder ,k-2,open,Call\n`;
      const { body } = await csv.send(file, { kind: 'reminder', mode: 'each' }).expect(200);
      expect(errorsOf(body)).toEqual(['2: kind']);
      const none = await csv.send(`${header}\nk-3,open,Call`, { mode: 'each' }).expect(200);
      expect(errorsOf(none.body)).toEqual(['2: kind']);
    });
  });

  describe.each(['all', 'each'])('that breaks off in mode %s', (mode) => {
    it('leaves no stage, and is logged as aborted', async () => {
      const scope = someScope();
      const query = new URLSearchParams({ ...scope, kind: 'reminder', mode }).toString();
      const client = request(`${app.url}/api/work-items/import?${query}`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${app.api.token!}`,
          'Content-Type': 'text/csv',
          'X-Request-Id': `broken-off-${mode}`,
        },
      });
      client.on('error', () => undefined).write(rows(scope, 700));
      const stored = mode === 'all' ? 'staged_work_items' : 'work_items';
      await eventually('a batch is stored', async () => {
        const [found] = await app.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${stored}
          ${mode === 'all' ? '' : `WHERE entity_id = '${scope.entityId}'`}`);
        return found!.n > 0;
      });
      client.destroy();
      await eventually('it is logged', () =>
        app.logs().some((line) => line.requestId === `broken-off-${mode}` && line.aborted === true),
      );
      await eventually('nothing is staged', async () => (await csv.stagedParts()) === 0);
      const [left] = await app.rows<{ n: number }>(
        'SELECT count(*)::int AS n FROM work_items WHERE entity_id = $1',
        [scope.entityId],
      );
      expect(left!.n).toBe(mode === 'all' ? 0 : 500);
    });
  });

  it('that broke off with its process is forgotten after some hours', async () => {
    await app.rows(`INSERT INTO staged_work_items (import_id, part, items, created_at) VALUES
      (gen_random_uuid(), 1, '[]', now() - interval '4 hours'),
      (gen_random_uuid(), 1, '[]', now() - interval '1 hour')`);
    const { statement, values } = STAGED_ITEMS_RETENTION.deleteBatch(
      { now: new Date(), settings: readEnv({}).retention },
      null,
      100,
    );
    expect(await app.rows(statement.text, values)).toEqual([{ deleted: 1, last: null }]);
    expect(await csv.stagedParts()).toBe(1);
    await app.rows('DELETE FROM staged_work_items');
  });
});
