import { mergePatch } from '../../../../src/kernel/merge-patch.js';
import { mergePatchOf } from './merge-patch.js';

describe('a merge patch of attributes', () => {
  it.each([
    [{ a: 1, b: 2 }, { a: 1 }, { b: null }],
    [{ a: 1 }, { a: 1, b: { c: [] } }, { b: { c: [] } }],
    [{ a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: null, c: 3 } }],
    [{ a: [1, 2] }, { a: [2] }, { a: [2] }],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, {}],
    [{ a: null, b: 1 }, { a: null, b: 2 }, { b: 2 }],
    [{ a: { b: 1 } }, { a: 'b' }, { a: 'b' }],
  ])('of %j to %j is %j, and the server makes the same of it', (from, to, patch) => {
    expect(mergePatchOf(from, to)).toEqual(patch);
    expect(mergePatch(from, patch)).toEqual(to);
  });
});
