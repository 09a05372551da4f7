/** Replaces a secret. */
export const REDACTED = '[redacted]';

/** A text with a secret in it, and the part that must be removed. */
export interface SecretExample {
  readonly text: string;
  readonly gone: string;
}

/** One kind of secret in a text: an entry of the table in `secret-table.ts`. */
export interface SecretPattern {
  /** What it finds, and what distinguishes it from a text without secrets. */
  readonly what: string;
  /** Where the format is defined. */
  readonly source: string;
  /** Something that every text has that `redact` would change: checked first, because it costs less. */
  readonly hint: string | RegExp;
  /** Every pattern that it searches with. All quantifiers are bounded: a test reads them. */
  readonly patterns: readonly RegExp[];
  readonly redact: (text: string) => string;
  readonly goes: readonly SecretExample[];
  /** Similar texts that must not be changed. */
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

/** A made-up secret. It is concatenated here, so that no secret scanner reports it. */
export function madeUp(prefix: string, length: number): string {
  return prefix + 'Zx7Kq2Lm9Pw4Rt6Vb8Nc3'.repeat(8).slice(0, length);
}

/** An example that is a secret in the middle of a sentence. */
export function inSentence(secret: string): SecretExample {
  return { text: `the call with ${secret} was refused`, gone: secret };
}
