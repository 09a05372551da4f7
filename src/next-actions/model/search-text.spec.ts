import { containing, foldForSearch, searchTextOf } from './search-text.js';

describe('a text as search compares it', () => {
  it.each([
    ['Invoice', 'INVOICE'],
    ['ÄRGER', 'ärger'],
    ['Cafe\u0301', 'CAFÉ'],
    ['ПРИВЕТ', 'привет'],
    ['ΟΔΟΣ', 'οδος'],
    ['ΟΔΟΣ', 'οδοσ'],
  ])('is the same of %s and %s', (one, other) => {
    expect(foldForSearch(one)).toBe(foldForSearch(other));
  });

  it('keeps letters apart that differ in more than case', () => {
    expect(foldForSearch('cafe')).not.toBe(foldForSearch('café'));
    expect(foldForSearch('STRASSE')).not.toBe(foldForSearch('Straße'));
  });

  it('is of title, reason and rule, one after the other', () => {
    const parts = { title: 'Call Back', reason: null, createdByRule: 'My_Rule' };
    const text = searchTextOf(parts);
    expect(text).toContain('call back');
    expect(text).toContain('my_rule');
    expect(text).not.toContain('backmy');
    expect(searchTextOf({ ...parts, reason: 'Why' })).toContain('why');
  });

  it('takes wildcards literally', () => {
    expect(containing('50%_\\')).toBe('%50\\%\\_\\\\%');
  });
});
