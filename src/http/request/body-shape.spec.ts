import { assertBodyShape, assertTextShape } from './body-shape.js';

const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));

/** Arrays in one another, in a body: the body is the first level. */
const levels = (count: number): object => {
  let value: unknown = 1;
  for (let level = 1; level < count; level++) value = [value];
  return { a: value };
};

describe('the shape of a body', () => {
  it.each([
    ['1000 keys', keys(1000)],
    ['1000 keys in each of its objects', { a: keys(999), b: [keys(1000)] }],
    ['20 levels', levels(20)],
    ['100,000 values', { a: Array.from({ length: 99_999 }, () => 0) }],
  ])('may be %s', (_, body) => {
    expect(() => assertBodyShape(body)).not.toThrow();
    expect(() => assertTextShape(Buffer.from(JSON.stringify(body)))).not.toThrow();
  });

  it.each([
    ['1001 keys', keys(1001), 'body has more than 1000 keys'],
    [
      '1001 keys in an item',
      { items: [{}, { attributes: keys(1001) }] },
      'items.1.attributes has more than 1000 keys',
    ],
    ['21 levels', levels(21), /^The request is not valid: a(\.0){19} has more than 20 levels\.$/],
    [
      'more than 100,000 values',
      { a: Array.from({ length: 60_000 }, () => 0), b: Array.from({ length: 60_000 }, () => 0) },
      'b has more than 100000 values',
    ],
    ['a NUL character', { a: ['x', 'a\u0000b'] }, 'a.1 must not contain a NUL character'],
    ['half a surrogate pair', { a: '\ud800' }, 'a must not contain half a surrogate pair'],
    ['such a key', { a: { '\ud800': 1 } }, /must not contain half a surrogate pair/],
    ['a key of every object', JSON.parse('{"a":{"__proto__":1}}'), 'a.__proto__ is a key'],
  ])('must not be %s', (_, body: object, message) => {
    expect(() => assertBodyShape(body)).toThrow(message);
  });

  it.each([
    ['500,000 brackets', '['.repeat(500_000), 'more than 20 levels'],
    ['objects in objects', `${'{"a":'.repeat(21)}1${'}'.repeat(21)}`, 'more than 20 levels'],
    ['100,002 numbers', `{"a":[${'0,'.repeat(100_001)}0]}`, 'more than 100000 values'],
  ])('is seen in the text of %s, before it is parsed', (_, text, message) => {
    expect(() => assertTextShape(Buffer.from(text))).toThrow(message);
  });

  it('ignores brackets and commas in strings', () => {
    const text = JSON.stringify({ '[{"\\': ['{'.repeat(50), ','.repeat(200_000), '"', '\\"[[[['] });
    expect(() => assertTextShape(Buffer.from(text))).not.toThrow();
  });

  it('refuses unbalanced brackets as malformed JSON', () => {
    expect(() => assertTextShape(Buffer.from(']]]]}"'))).not.toThrow();
  });
});
