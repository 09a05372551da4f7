import fc from 'fast-check';
import { csvLine, guarded, unguarded } from './csv-text.js';

/** Texts that begin with what matters here more often than any text does. */
const cells = fc
  .tuple(
    fc.array(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', ' ', '1', 'e', '.', '＝')),
    fc.string({ unit: 'binary' }),
  )
  .map(([head, tail]) => head.join('') + tail);

describe('a cell of CSV', () => {
  it.each([
    ['=1+1', `'=1+1`],
    ['+49 170 1234', `'+49 170 1234`],
    ['-', `'-`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `'\t=1`],
    ['\r=1', `'\r=1`],
    ['＝1', `'＝1`],
    [`'=1`, `''=1`],
    [`''-5`, `'''-5`],
    ['-5', '-5'],
    ['+5', '+5'],
    ['-1.5e+10', '-1.5e+10'],
    ['-1+1', `'-1+1`],
    ['Call Acme', 'Call Acme'],
    [`'quoted'`, `'quoted'`],
    ['', ''],
  ])('of %j is %j', (text, written) => {
    expect(guarded(text)).toBe(written);
    expect(unguarded(written)).toBe(text);
  });

  it('is read as it was written, whatever it is', () => {
    fc.assert(
      fc.property(cells, (text) => unguarded(guarded(text)) === text),
      { numRuns: 5000 },
    );
  });

  it('never begins a formula', () => {
    fc.assert(
      fc.property(cells, (text) => {
        const written = guarded(text);
        return !/^[=+\-@\t\r\n＝＋－＠]/.test(written) || Number.isFinite(Number(written));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a line of CSV', () => {
  it.each([
    [['a', 1, true, null, undefined], 'a,1,true,,\r\n'],
    [[new Date(0)], '1970-01-01T00:00:00.000Z\r\n'],
    [[{ a: 'x"y' }], '"{""a"":""x\\""y""}"\r\n'],
    [['a,b', 'a;b', 'a\tb', 'a\nb', ' a', 'a '], '"a,b","a;b","a\tb","a\nb"," a","a "\r\n'],
  ])('of %j is %j', (values, line) => expect(csvLine(values)).toBe(line));
});
