import fc from 'fast-check';
import { csvLine } from './csv-text.js';
import { type CsvOptions, readCsv } from './csv-reader.js';
import { type CsvRow } from './csv-rows.js';

/** The rows of a file that arrives in chunks of so many bytes. */
async function rowsOf(
  file: string | Buffer,
  size = 1_000_000,
  options?: CsvOptions,
): Promise<CsvRow[]> {
  const bytes = Buffer.from(file);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) {
      yield await Promise.resolve(bytes.subarray(at, at + size));
    }
  }
  const rows: CsvRow[] = [];
  for await (const more of readCsv(chunks(), options)) rows.push(...more);
  return rows;
}

/** `line: cell|cell`, or `line! fault` */
const summary = (rows: readonly CsvRow[]): string[] =>
  rows.map((row) =>
    'fault' in row ? `${row.line}! ${row.fault}` : `${row.line}: ${row.cells.join('|')}`,
  );

const UNDOUBLED = 'a quote inside a quoted cell must be doubled';
const UNQUOTED = 'a cell that contains a quote must be quoted, and its quote doubled';
const UNCLOSED = 'a quoted cell is not closed';

describe('a file in CSV', () => {
  describe.each([1, 2, 3, 7, 1_000_000])('in chunks of %i bytes', (size) => {
    it.each([
      ['rows', 'a,b\n1,2\n3,4\n', ['1: a|b', '2: 1|2', '3: 3|4']],
      ['no line end at its end', 'a,b\n1,2', ['1: a|b', '2: 1|2']],
      ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n', ['1: a|b', '2: 1|2', '3: 3|4']],
      ['CR', 'a,b\r1,2\r3,4\r', ['1: a|b', '2: 1|2', '3: 3|4']],
      ['empty lines', 'a,b\n\n\r\n1,2\n\n\n3,4\n', ['1: a|b', '4: 1|2', '7: 3|4']],
      ['empty lines first', '\r\n\na,b\n1,2', ['3: a|b', '4: 1|2']],
      ['a quoted header', '"a\nb",c\n1,2', ['1: a\nb|c', '3: 1|2']],
      ['quotes', 'a,b\n"1,""x""",2\n', ['1: a|b', '2: 1,"x"|2']],
      ['line ends in cells', 'a,b\n"x\r\ny\nz",2\n3,4', ['1: a|b', '2: x\r\ny\nz|2', '5: 3|4']],
      ['a byte order mark', '\ufeffa,b\n1,2', ['1: a|b', '2: 1|2']],
      ['semicolons', 'a;b\n1,5;2', ['1: a|b', '2: 1,5|2']],
      ['tabs', 'a\tb\n1\t2', ['1: a|b', '2: 1|2']],
      ['a quoted separator in the header', '"a,b,c,d";e\n1;2', ['1: a,b,c,d|e', '2: 1|2']],
      ['a hint', 'sep=;\r\na;b\r\n1,2,3;4', ['2: a|b', '3: 1,2,3|4']],
      ['a hint after a byte order mark', '\ufeffsep=\t\na\tb', ['2: a|b']],
      ['one column', 'a\n1', ['1: a', '2: 1']],
      ['rows of other lengths', 'a,b\n1\n1,2,3', ['1: a|b', '2: 1', '3: 1|2|3']],
      ['characters of all lengths', 'ä,€\n漢,\u{1F511}', ['1: ä|€', '2: 漢|\u{1F511}']],
      ['nothing', '', []],
      ['a quote in a cell', 'a,b\n1,5" pipe\n3,4', ['1: a|b', `2! ${UNQUOTED}`, '3: 3|4']],
      ['text behind a quote', 'a,b\n1,"x"y\n3,4', ['1: a|b', `2! ${UNDOUBLED}`, '3: 3|4']],
      ['an open quote', 'a,b\n1,"x\n3,4\n5,6', ['1: a|b', `2! ${UNCLOSED}`, '3: 3|4', '4: 5|6']],
      [
        'an open quote before other quotes',
        'a,b\r\n1,"x\r\n3,"y"\r\n\r\n"5",6\r\n',
        ['1: a|b', `2! ${UNDOUBLED}`, '3: 3|y', '5: 5|6'],
      ],
      [
        'open quotes',
        'a\n"1\n"2\r\n"3\r"4',
        ['1: a', `2! ${UNDOUBLED}`, `3! ${UNDOUBLED}`, `4! ${UNDOUBLED}`, `5! ${UNCLOSED}`],
      ],
    ])('has %s', async (_, file, rows) => {
      expect(summary(await rowsOf(file, size))).toEqual(rows);
    });
  });

  it('is read with the separator that was chosen', async () => {
    expect(summary(await rowsOf('a,b;c\n1,2;3', 100, { separator: ';' }))).toEqual([
      '1: a,b|c',
      '2: 1,2|3',
    ]);
  });

  it('is read as it was written, with the line of each row', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', 'ä', ' ') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          const lines = [['a', 'b', 'c'], ...rows].map(csvLine);
          const found = await rowsOf(lines.join(''), size);
          expect(found.slice(1).map((row) => 'cells' in row && row.cells.map(unquote))).toEqual(
            rows,
          );
          const starts = lines.map(
            (_, index) =>
              1 +
              lines
                .slice(0, index)
                .join('')
                .split(/\r\n|\n|\r/).length -
              1,
          );
          expect(found.map(({ line }) => line)).toEqual(starts);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('names the line of an open quote, and reads what follows, however long', async () => {
    const row = '1,2\n';
    const before = row.repeat(10);
    const after = row.repeat(40_000);
    const options = { maxRow: 100_000 };
    const rows = await rowsOf(`a,b\n${before}1,"x\n${after}`, 65_536, options);
    const faults = rows.filter((found) => 'fault' in found);
    expect(faults).toEqual([{ line: 12, fault: expect.stringContaining(UNCLOSED) }]);
    expect(rows).toHaveLength(1 + 10 + 1 + after.length / row.length);
    expect(rows.at(-1)).toMatchObject({ line: rows.length });
  });

  it.each([
    ['Latin-1', Buffer.from('a,b\n1,2\n3,\xe4\n', 'latin1'), /line 3: it is not UTF-8/],
    ['UTF-16', Buffer.from('\ufeffa,b\n', 'utf16le'), /line 1: the file is UTF-16/],
    ['a header without end', Buffer.alloc(70_000, 'x'), /line 1: the header row is longer/],
  ])('is refused as %s', async (_, file, message) => {
    await expect(rowsOf(file, 1000)).rejects.toThrow(message);
  });

  it('is read no further than it is asked for', async () => {
    let sent = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      for (;;) {
        sent += 1;
        yield await Promise.resolve(Buffer.from('1,2\n'.repeat(100)));
      }
    }
    const rows = readCsv(chunks());
    for (let step = 1; step <= 3; step++) {
      expect((await rows.next()).done).toBe(false);
      expect(sent).toBe(step);
    }
    await rows.return(undefined);
  });
});

/** The property writes cells that begin with what a formula does; they are read with the apostrophe. */
function unquote(cell: string): string {
  return /^'+[\r\n]/.test(cell) ? cell.slice(1) : cell;
}
