import { CursorCodec } from './cursor.js';

const codec = new CursorCodec('a secret of the tests');

describe('a cursor', () => {
  it('brings back the position it was sealed with', () => {
    expect(codec.open('list', codec.seal('list', [82, 'x', 'y']))).toEqual([82, 'x', 'y']);
  });

  it('is refused when any character of it was changed', () => {
    const cursor = codec.seal('list', [82, '2026-11-24T00:00:00.000Z', 'id']);
    for (let at = 0; at < cursor.length; at++) {
      const changed = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
      expect(() => codec.open('list', changed)).toThrow(/cursor/);
    }
  });

  it.each([
    '',
    '.',
    'x',
    'e30.',
    `${codec.seal('list', [1])}.x`,
    codec.seal('list', [1]).slice(0, -1),
  ])('is refused when it is %j', (cursor) => {
    expect(() => codec.open('list', cursor)).toThrow(/cursor/);
  });

  it('is refused by another list, other filters or another secret', () => {
    const cursor = codec.seal('list', [1]);
    expect(() => codec.open('other', cursor)).toThrow(/cursor/);
    expect(() => new CursorCodec('another secret').open('list', cursor)).toThrow(/cursor/);
  });
});
