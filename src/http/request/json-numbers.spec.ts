import fc from 'fast-check';
import { inexactNumber, isExact } from './json-numbers.js';
import { parseJsonText } from './json-text.js';

const pathIn = (json: string) => inexactNumber(Buffer.from(json));

describe('a number in JSON', () => {
  it.each([
    '0',
    '-0',
    '0.0',
    '0e5',
    '1',
    '-1.5',
    '9007199254740992',
    '0.1',
    '0.10000000000000001',
    '1.10',
    '100000000000000000000',
    '1e21',
    '1.5E+300',
    '5e-324',
    '4.9406564584124654e-324',
    '1.7976931348623157e308',
    '-123456789012345.25',
  ])('keeps its digits: %s', (token) => {
    expect(isExact(token)).toBe(true);
    expect(pathIn(`[${token}]`)).toBeUndefined();
  });

  it.each([
    '1e400',
    '-1e400',
    '1e-400',
    '9007199254740993',
    '12345678901234567890',
    '-12345678901234567890',
    '0.12345678901234567890',
    '3.14159265358979323846',
    '2e-324',
    `0.${'1'.repeat(200)}`,
  ])('loses its digits: %s', (token) => {
    expect(isExact(token)).toBe(false);
    expect(pathIn(`[${token}]`)).toEqual([0]);
  });

  it('keeps its digits when JavaScript printed it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(isExact(JSON.stringify(value))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('loses digits as an integer that it is not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }), (value) => {
        // JavaScript prints zeros in place of digits that it does not need: the last one counts.
        const integer = value * 10n + 1n;
        expect(isExact(String(integer))).toBe(BigInt(Number(integer)) === integer);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":1,"b":{"c":[1,{"d":1e400}]}}', ['b', 'c', 1, 'd']],
    ['{"a":[[],[1,2],[3,12345678901234567890]]}', ['a', 2, 1]],
    ['{"a\\"b":12345678901234567890}', ['a"b']],
    ['{ "x" : "1e400 \\\\" , "y" : [ "," , 1e400 ] }', ['y', 1]],
    ['1e400', []],
  ])('is found by its path in %s', (json, path) => {
    expect(pathIn(json)).toEqual(path);
  });

  it.each(['{"a":"12345678901234567890"}', '{"1e400":"1e400"}', '["\\"1e400"]'])(
    'is none inside a text: %s',
    (json) => expect(pathIn(json)).toBeUndefined(),
  );

  it('is refused by the name of its field', () => {
    const parse = (json: string) => () => parseJsonText(Buffer.from(json));
    expect(parse('{"attributes":{"budget":1e400}}')).toThrow(/attributes\.budget must be a number/);
    expect(parse('{"a":12345678901234567890')).toThrow(SyntaxError);
    expect(parse('1e400')).toThrow(/body must be a number/);
  });
});
