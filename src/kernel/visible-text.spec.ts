import { hasVisibleText, isDotSegment } from './visible-text.js';

describe('a visible text', () => {
  it.each(['a', ' a ', '.', '-', '\u200ba', '\u{1F511}', '\u0301', '漢'])('is %j', (text) => {
    expect(hasVisibleText(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \t\r\n\u00a0\u2003\u3000'],
    ['zero-width characters', '\u200b\u200c\u200d\u2060\ufeff'],
    ['marks of direction', '\u200e\u202a\u202c\u2066\u2069'],
    ['control characters', '\u0007\u009f'],
    ['fillers', '\u115f\u3164\uffa0\u2800'],
    ['variation selectors and tags', '\ufe0f\u{e0001}'],
    ['a soft hyphen', '\u00ad'],
  ])('is not %s', (_, text) => {
    expect(hasVisibleText(text)).toBe(false);
  });
});

describe('a segment of a path', () => {
  it.each([
    ['.', true],
    ['..', true],
    ['...', false],
    ['.a', false],
    ['', false],
  ])('%j can’t be addressed: %s', (text, result) => expect(isDotSegment(text)).toBe(result));
});
