import { containing, foldedTexts, foldForSearch } from './search-text.js';

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

  it('is of several parts, one after the other', () => {
    const text = foldedTexts('Call Back', null, 'My_Rule');
    expect(text).toContain('call back');
    expect(text).toContain('my_rule');
    expect(text).not.toContain('backmy');
  });

  it('takes wildcards literally', () => {
    expect(containing('50%_\\')).toBe('%50\\%\\_\\\\%');
  });
});
