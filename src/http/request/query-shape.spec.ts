import { parse } from 'node:querystring';
import { assertQueryShape } from './query-shape.js';

const check = (query: string) => () => assertQueryShape(parse(query));

describe('the shape of a query', () => {
  it.each(['', 'a=1&b=2', 'search=%5B50%25%5D', 'empty=', `v=${'x'.repeat(2000)}`])(
    'may be %s',
    (query) => {
      expect(check(query)).not.toThrow();
    },
  );

  it.each([
    ['a list', 'status=a&status=b', 'status must be given once'],
    ['a nested parameter', 'filter[status]=a', 'filter[status] is nested'],
    ['a list in brackets', 'status[]=a', 'status[] is nested'],
    ['a long value', `v=${'x'.repeat(2001)}`, 'v must be at most 2000 characters long'],
    ['a long name', `${'x'.repeat(201)}=1`, 'is a name of more than 200 characters'],
    [
      '51 parameters',
      Array.from({ length: 51 }, (_, i) => `p${i}=1`).join('&'),
      'query has more than 50 parameters',
    ],
    ['a NUL character', 'a=%00', 'a must not contain a NUL character'],
  ])('must not be %s', (_, query, message) => {
    expect(check(query)).toThrow(message);
  });
});
