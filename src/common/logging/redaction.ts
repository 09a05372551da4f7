import { isNativeError } from 'node:util/types';

/** Longest string that is kept in a log, an event or the audit, in characters. */
export const MAX_TEXT = 500;
const MAX_DEPTH = 5;
const MAX_ITEMS = 20;
/** No more than this much of a text is searched for secrets: far past what is kept of it. */
const SEARCHED_TEXT = 8_000;

const REDACTED = '[redacted]';
const SECRET_KEY =
  /token|secret|passw(or)?d|passphrase|api[-_ ]?key|authorization|cookie|credential|webhook[-_ ]?url/i;

/** Each pattern is linear in the length of the text, so that a hostile one costs no time. */
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  // Up to the last @ of the authority: a password may hold one that nobody encoded.
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/:]{0,256}:[^\s/]{0,1024}@/gi, `$1${REDACTED}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${REDACTED}`],
  [/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, REDACTED],
  [/\b[srp]k_[\w-]+/g, REDACTED],
  // A quoted value ends at the next quote that is escaped as often as its first: JSON may lie in JSON.
  // One that never ends was cut off, and is a secret to the end.
  [
    /\b((?:[\w-]{0,40}(?:token|secret|passw(?:or)?d|api[-_]?key))\\{0,31}["']?\s{0,5}[:=]\s{0,5})(?:(\\{0,31})(["'])(?:(?!(?<!\\)\2\3)[^])*(?:\2\3)?|[^\s,;&"']+)/gi,
    `$1${REDACTED}`,
  ],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, '[e-mail]'],
];

/** No separator that a pair, a URL, an e-mail address or a control character would need. */
const PLAIN_TEXT = /^[\w /.-]*$/;
/** What may begin a secret in such a text. */
const SECRET_WORD = /\beyJ|\b[srp]k_|\b(?:bearer|basic)\s/i;

/** Takes the secrets and e-mail addresses out of a text and cuts it at 500 characters. */
export function redactText(text: string): string {
  // Ids, paths, keys and words: nearly all that is logged.
  if (text.length <= MAX_TEXT && PLAIN_TEXT.test(text) && !SECRET_WORD.test(text)) return text;
  let clean = text.length > SEARCHED_TEXT ? text.slice(0, SEARCHED_TEXT) : text;
  // PostgreSQL takes no NUL in a text. It goes first, or it would hide what it stands in.
  // eslint-disable-next-line no-control-regex -- see above
  clean = clean.replace(/\u0000/g, '').toWellFormed();
  for (const [pattern, replacement] of SECRET_TEXT) clean = clean.replace(pattern, replacement);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT - 1).toWellFormed()}…` : clean;
}

/** The text of anything; anything can be thrown, and an object may refuse to become a text. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '(no text)';
  }
}

/**
 * A copy that may be logged or stored: secrets gone by key and by pattern, also out of the keys, strings
 * cut at 500 characters, depth at 5, arrays at 20 items. Source: docs/architecture.md, ops events.
 */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (isNativeError(value)) return redactError(value);
  if (depth >= MAX_DEPTH) return '[cut]';
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => redactValue(item, depth + 1));
  }
  const copy: Record<string, unknown> = {};
  for (const [index, [key, item]] of Object.entries(value).entries()) {
    let name = redactText(key);
    const secret = SECRET_KEY.test(key) || (name !== key && SECRET_KEY.test(name));
    if (name === '__proto__') name = '_proto_';
    if (Object.hasOwn(copy, name)) name += ` (${index + 1})`;
    copy[name] = secret ? REDACTED : redactValue(item, depth + 1);
  }
  return copy;
}

/** An error as name, message, code and stack, each without secrets, and its causes, five deep in all. */
export function redactError(error: Error, depth = 1): Record<string, unknown> {
  const code = (error as { code?: unknown }).code;
  const stack = stackOf(error);
  return {
    type: redactText(textOf(error.name)),
    message: redactText(textOf(error.message)),
    ...(typeof code === 'string' ? { code } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(isNativeError(error.cause) && depth < MAX_DEPTH
      ? { cause: redactError(error.cause, depth + 1) }
      : {}),
  };
}

/** Where an error came from, 12 lines of it. A stack is made when it is read, and that may fail, too. */
function stackOf(error: Error): string | undefined {
  try {
    return error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .slice(0, 12)
      .map((line) => line.trim())
      .join('\n');
  } catch {
    return undefined;
  }
}
