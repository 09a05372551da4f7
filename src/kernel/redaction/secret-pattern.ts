/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** A text with a secret in it, and the part of it that must be gone. */
export interface SecretExample {
  readonly text: string;
  readonly gone: string;
}

/** One kind of secret in a text: an entry of the table in `secret-table.ts`. */
export interface SecretPattern {
  /** What it finds, and what distinguishes it from an innocent text. */
  readonly what: string;
  /** Where the format is defined. */
  readonly source: string;
  /** What every text holds that `redact` would change: looked for first, since it costs less. */
  readonly hint: string | RegExp;
  /** Every pattern that it searches with. All quantifiers are bounded: a test reads them. */
  readonly patterns: readonly RegExp[];
  readonly redact: (text: string) => string;
  readonly goes: readonly SecretExample[];
  /** Texts that look like it and must stay as they are. */
  readonly stays: readonly string[];
}

/** An entry that replaces what one pattern matches. */
export function replacing(
  pattern: RegExp,
  replacement: string | ((...match: string[]) => string),
): Pick<SecretPattern, 'patterns' | 'redact'> {
  return {
    patterns: [pattern],
    redact: (text) => text.replace(pattern, replacement as string),
  };
}

/** A made-up secret. Put together here, so that no scanner of sources takes it for a real one. */
export function madeUp(prefix: string, length: number): string {
  return prefix + 'Zx7Kq2Lm9Pw4Rt6Vb8Nc3'.repeat(8).slice(0, length);
}

/** An example that is a secret in the middle of a sentence. */
export function inSentence(secret: string): SecretExample {
  return { text: `the call with ${secret} was refused`, gone: secret };
}
