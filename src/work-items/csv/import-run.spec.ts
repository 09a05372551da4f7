import { DomainError, InvalidRequestError } from '../../kernel/errors/domain-error.js';
import { type PushedWorkItem } from '../work-item.js';
import { type ImportEvent, type ImportMode, type ImportOptions, ImportRun } from './import-run.js';
import { type ImportTarget, NO_CHANGE } from './import-targets.js';

const HEADER = 'externalId,state,title\n';

/** A target in memory, which refuses these ids. */
class Target implements ImportTarget {
  readonly batches: (readonly PushedWorkItem[])[] = [];
  ended: string[] = [];

  constructor(private readonly refused: readonly string[] = []) {}

  get ids(): string[] {
    return this.batches.flat().map(({ externalId }) => externalId);
  }

  store(records: readonly string[]) {
    const items = records.map((record) => JSON.parse(record) as PushedWorkItem);
    if (items.some(({ externalId }) => this.refused.includes(externalId))) {
      return Promise.reject(new InvalidRequestError('VALUE_NOT_STORABLE', 'It can’t be stored.'));
    }
    this.batches.push(items);
    return Promise.resolve({ created: items.length, updated: 0, unchanged: 0 });
  }

  finish() {
    this.ended.push('finished');
    return Promise.resolve(NO_CHANGE);
  }

  discard() {
    this.ended.push('discarded');
    return Promise.resolve();
  }
}

function importOf(target: ImportTarget, mode: ImportMode = 'each', maxRows?: number) {
  const gone = new AbortController();
  const options: ImportOptions = { mode, dryRun: false, kind: 'reminder' };
  return { gone, run: new ImportRun(target, options, gone.signal, maxRows) };
}

async function* chunksOf(...parts: string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(Buffer.from(part));
}

async function eventsOf(events: AsyncIterable<ImportEvent>): Promise<ImportEvent[]> {
  const all: ImportEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `id-${from + index},open,Call\n`).join('');

describe('an import', () => {
  it('is stored in batches, and discarded at its end', async () => {
    const target = new Target();
    const { run } = importOf(target);
    const events = await eventsOf(run.events(chunksOf(HEADER, rows(1100))));
    expect(target.batches.map(({ length }) => length)).toEqual([500, 500, 100]);
    expect(target.ended).toEqual(['finished', 'discarded']);
    expect(events.map(({ type }) => type)).toEqual(['progress', 'progress', 'progress']);
    expect(run.counts).toEqual({ rows: 1100, created: 1100, updated: 0, unchanged: 0, failed: 0 });
  });

  it('is stored by fewer rows where they are large', async () => {
    const target = new Target();
    const { run } = importOf(target);
    const large = Array.from(
      { length: 5 },
      (_, index) => `id-${index},open,Call,${'x'.repeat(400_000)}\n`,
    );
    await eventsOf(run.events(chunksOf('externalId,state,title,note\n', ...large)));
    expect(target.batches.map(({ length }) => length)).toEqual([3, 2]);
  });

  it('reads no more of a file than it has stored and told', async () => {
    const target = new Target();
    const { run } = importOf(target);
    let sent = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from(HEADER));
      for (; sent < 100; sent++) yield await Promise.resolve(Buffer.from(rows(100, sent * 100)));
    }
    const events = run.events(chunks());
    for (let batch = 1; batch <= 4; batch++) {
      await events.next();
      expect(target.ids).toHaveLength(batch * 500);
      // The parser holds back the last row of a chunk.
      expect(sent * 100).toBeLessThanOrEqual(batch * 500 + 100);
    }
    await events.return(undefined);
    expect(target.ended).toEqual(['discarded']);
    expect(sent).toBeLessThan(25);
  });

  it('names the rows that the database refuses, and stores the others', async () => {
    const target = new Target(['id-7', 'id-300']);
    const { run } = importOf(target);
    const events = await eventsOf(run.events(chunksOf(HEADER, rows(400))));
    const errors = events.filter(({ type }) => type === 'error');
    expect(errors).toEqual([
      expect.objectContaining({ line: 9, field: 'row', message: 'It can’t be stored.' }),
      expect.objectContaining({ line: 302 }),
    ]);
    expect(target.ids).toHaveLength(398);
    expect(run.counts).toMatchObject({ rows: 400, created: 398, failed: 2 });
  });

  it('of all rows or none is not finished when one is wrong', async () => {
    const target = new Target();
    const { run } = importOf(target, 'all');
    await eventsOf(run.events(chunksOf(HEADER, 'id-0,lost,Call\n', rows(600, 1))));
    expect(run.refused).toBe(true);
    expect(target.batches).toEqual([]);
    expect(target.ended).toEqual(['discarded']);
    expect(run.counts).toMatchObject({ rows: 601, created: 0, failed: 1 });
  });

  it('ends at a row too many', async () => {
    const { run } = importOf(new Target(), 'each', 10);
    await eventsOf(run.events(chunksOf(HEADER, '\n', rows(10))));
    const more = importOf(new Target(), 'each', 10).run.events(chunksOf(HEADER, '\n', rows(11)));
    await expect(eventsOf(more)).rejects.toThrow(/more than 10 rows: line 13 is one too many/);
  });

  it('ends when the client is gone', async () => {
    const target = new Target();
    const { run, gone } = importOf(target, 'all');
    const events = run.events(chunksOf(HEADER, rows(1100)));
    await events.next();
    gone.abort();
    await expect(eventsOf(events)).rejects.toThrow(DomainError);
    expect(target.ended).toEqual(['discarded']);
  });

  it('names both lines of an item that comes twice', async () => {
    const { run } = importOf(new Target());
    const file = [
      HEADER,
      'a,open,"Call\nAcme"\n',
      'b,lost,Call\n',
      'b,open,Call\n',
      'a,done,Call\n',
    ];
    const events = await eventsOf(run.events(chunksOf(...file)));
    expect(events.filter(({ type }) => type === 'error')).toEqual([
      expect.objectContaining({ line: 4, field: 'state' }),
      expect.objectContaining({
        line: 6,
        field: 'externalId',
        message: expect.stringMatching(/line 2/),
      }),
    ]);
  });
});
