import { csvPages } from './csv-pages.js';

interface Row {
  readonly id: number;
  readonly text: string;
}

/** Rows of a text of so many characters, and the limits with which they are read. */
function table(count: number, length = 1) {
  const rows = Array.from({ length: count }, (_, id): Row => ({ id, text: 'x'.repeat(length) }));
  const limits: number[] = [];
  const parts = csvPages<Row>(['id', 'text'], (limit, last) => {
    limits.push(limit);
    const from = last === undefined ? 0 : last.id + 1;
    return Promise.resolve(rows.slice(from, from + limit));
  });
  return { parts, limits };
}

async function fileOf(parts: AsyncIterable<string>): Promise<string> {
  let file = '';
  for await (const part of parts) file += part;
  return file;
}

describe('a file in CSV of a table', () => {
  it.each([0, 1, 49, 50, 51, 2000])('has a header and all of %i rows', async (count) => {
    const lines = (await fileOf(table(count).parts)).trimEnd().split('\r\n');
    const ids = Array.from({ length: count }, (_, id) => `${id},x`);
    expect(lines).toEqual(['id,text', ...ids]);
  });

  it('is read by ever more rows, when they are small', async () => {
    const { parts, limits } = table(2000);
    await fileOf(parts);
    expect(limits).toEqual([50, 100, 200, 400, 500, 500, 500]);
  });

  it('is read by few rows, when they are large', async () => {
    const { parts, limits } = table(60, 500 * 1024);
    await fileOf(parts);
    expect(limits[0]).toBe(50);
    expect(Math.max(...limits.slice(1))).toBeLessThanOrEqual(2);
  });

  it('is read no further than it is taken', async () => {
    const { parts, limits } = table(2000);
    await parts.next();
    expect(limits).toHaveLength(1);
    await parts.next();
    expect(limits).toHaveLength(2);
    await parts.return(undefined);
  });
});
