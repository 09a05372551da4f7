import { RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';
import { analyse } from 'scslre';
import { redactText } from './redaction.js';
import { SECRET_TABLE } from './secret-table.js';

describe.each(SECRET_TABLE.map((entry) => [entry.what, entry] as const))('%s', (_, entry) => {
  it.each(entry.goes.map(({ text, gone }) => [text, gone]))('redacts %j', (text, gone) => {
    expect(text).toContain(gone);
    expect(redactText(text)).not.toContain(gone);
    expect(text).toMatch(entry.hint);
    expect(entry.redact(text)).not.toContain(gone);
  });

  it.each(entry.stays)('leaves %j', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe.each(
  SECRET_TABLE.flatMap(({ what, patterns }) => patterns.map((p) => [what, p] as const)),
)('the time of a pattern is bounded: %s', (_, pattern) => {
  /** Its quantifiers, outermost first. */
  const quantifiers = (): { raw: string; max: number; inside: number }[] => {
    const found: { raw: string; max: number; inside: number }[] = [];
    let inside = 1;
    visitRegExpAST(new RegExpParser().parsePattern(pattern.source), {
      onQuantifierEnter: ({ raw, max }) => {
        found.push({ raw, max, inside });
        inside *= max;
      },
      onQuantifierLeave: ({ max }) => {
        inside /= max;
      },
    });
    return found;
  };

  it('has bounded quantifiers only', () => {
    for (const { raw, max } of quantifiers()) expect([raw, max]).toEqual([raw, expect.any(Number)]);
    expect(quantifiers().filter(({ max }) => max === Infinity)).toEqual([]);
  });

  it('has no exponential backtracking, even if they had no bounds', () => {
    const unbounded = pattern.source.replace(/\{(\d+),\d+\}/g, '{$1,}');
    const { reports } = analyse({ source: unbounded, flags: pattern.flags });
    expect(reports.filter(({ exponential }) => exponential)).toEqual([]);
  });
});

describe('a phrase', () => {
  it.each([
    ['passphrase: correct horse battery\nnext line', 'passphrase: [redacted]\nnext line'],
    ['"passphrase: correct horse" was refused', '"passphrase: [redacted]" was refused'],
    ["{ msg: 'seed phrase: correct horse', a: 1 }", "{ msg: 'seed phrase: [redacted]', a: 1 }"],
    ['?passphrase=correct horse&page=1', '?passphrase=[redacted]&page=1'],
    [
      String.raw`{\"m\":\"mnemonic: fox cow\",\"a\":1}`,
      String.raw`{\"m\":\"mnemonic: [redacted]\",\"a\":1}`,
    ],
  ])('ends with its line, its quotes or its parameter: %j', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });
});
