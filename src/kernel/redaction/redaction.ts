import { isNativeError } from 'node:util/types';
import { EMAIL_ADDRESSES } from './credentials.patterns.js';
import { percentDecoded } from './percent-decoding.js';
import { isPlainText } from './plain-text.js';
import { nameKind } from './secret-name.js';
import { REDACTED } from './secret-pattern.js';
import { SECRET_TABLE } from './secret-table.js';

/** Longest string that is kept in a log, an event or the audit, in characters. */
export const MAX_TEXT = 500;
/** How deep a value is kept, how many items of an array and keys of an object, and values in all. */
const MAX_DEPTH = 5;
const MAX_ITEMS = 20;
const MAX_KEYS = 50;
const MAX_VALUES = 1000;
/** What a copy keeps. */
interface Keeping {
  /** Longest string, in characters. */
  readonly text: number;
  /** Whether e-mail addresses stay: on record they are ids of people; in logs and messages they go. */
  readonly emails: boolean;
}
const LOGGED: Keeping = { text: MAX_TEXT, emails: false };
const RECORDED: Keeping = { text: MAX_TEXT, emails: true };
/** What another server answered: more of it, because it is read to find a fault. */
const ANSWER: Keeping = { text: 4096, emails: false };
/** The longest text that an action may take, a note, is half as long. */
const INPUT: Keeping = { text: 4000, emails: true };

/** How many characters of a text are searched for secrets: far more than are kept of it. */
const SEARCHED_TEXT = 8_000;

/** Cache of short texts without secrets: keys of actions, rules and scopes repeat often. */
const innocent = new Set<string>();
const INNOCENT_LENGTH = 64;
const KNOWN_INNOCENT = 2000;

/**
 * Takes the secrets and e-mail addresses out of a text and cuts it at 500 characters. Percent-encoded text
 * is decoded if the decoded text holds a secret.
 */
export function redactText(text: string): string {
  return textFor(LOGGED, text);
}

/** The same for what another server answered, cut at 4096 characters. */
export function redactAnswer(text: string): string {
  return textFor(ANSWER, text);
}

function textFor(keeping: Keeping, text: string): string {
  const { text: most, emails } = keeping;
  // Ids, paths, keys and words: most of what is logged.
  if (text.length <= most && (isPlainText(text) || innocent.has(text))) return text;
  const searched = text.length > SEARCHED_TEXT ? withoutLastWord(text) : text;
  const clean = withoutSecrets(storable(searched), keeping);
  // What is innocent on record may have an e-mail address, and is not innocent in a log.
  const known = !emails && text.length <= INNOCENT_LENGTH && innocent.size < KNOWN_INNOCENT;
  if (known && clean === text) innocent.add(text);
  const short = clean.length > most || searched !== text;
  return short ? `${clean.slice(0, most - 1).toWellFormed()}…` : clean;
}

/**
 * The part of a long text that is searched, without a last word that was cut and could not be recognized.
 */
function withoutLastWord(text: string): string {
  let end = SEARCHED_TEXT;
  while (end > 0 && SEARCHED_TEXT - end < 4000 && !/\s/.test(text[end - 1] ?? '')) end--;
  return text.slice(0, end);
}

/** PostgreSQL stores no NUL. It is removed first, or it would hide a secret that contains it. */
function storable(text: string): string {
  // eslint-disable-next-line no-control-regex -- see above
  return text.replace(/\u0000/g, '').toWellFormed();
}

function withoutSecrets(text: string, keeping: Keeping): string {
  const clean = searchAll(text, keeping);
  const decoded = percentDecoded(clean);
  if (decoded === clean) return clean;
  const cleaner = searchAll(storable(decoded), keeping);
  return cleaner === decoded ? clean : cleaner;
}

function searchAll(text: string, { emails }: Keeping): string {
  let clean = text;
  for (const pattern of SECRET_TABLE) {
    if (emails && pattern === EMAIL_ADDRESSES) continue;
    const { hint, redact } = pattern;
    if (typeof hint === 'string' ? clean.includes(hint) : hint.test(clean)) clean = redact(clean);
  }
  return clean;
}

/** The text of anything; anything can be thrown, and an object may refuse to become a text. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '(no text)';
  }
}

/** How many values of one copy may still be made, and what it keeps. */
interface Budget {
  left: number;
  readonly keeping: Keeping;
}

/**
 * A copy that may be logged or stored: secrets gone by key and by pattern, also out of the keys, strings
 * cut at 500 characters, depth at 5, arrays at 20 items, objects at 50 keys, all at 1000 values. What was
 * cut says so. Redacting a copy again changes nothing. Source: docs/architecture.md, redaction.
 */
export function redactValue(value: unknown): unknown {
  return copyOf(value, 0, { left: MAX_VALUES, keeping: LOGGED });
}

/**
 * The same for what goes on record, such as the meta of an event: e-mail addresses stay, because they are
 * the ids of people and whom it is about must be on record. A key that is one is still redacted.
 */
export function recordedValue(value: unknown): unknown {
  return copyOf(value, 0, { left: MAX_VALUES, keeping: RECORDED });
}

/** The same for the input of a press, with strings of up to 4000 characters. */
export function recordedInput(value: unknown): unknown {
  return copyOf(value, 0, { left: MAX_VALUES, keeping: INPUT });
}

function copyOf(value: unknown, depth: number, budget: Budget): unknown {
  if (--budget.left < 0) return '[cut]';
  if (typeof value === 'string') return textFor(budget.keeping, value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (isNativeError(value)) return redactError(value);
  if (value instanceof RedactedError) return value;
  if (depth >= MAX_DEPTH) return '[cut]';
  try {
    return Array.isArray(value) ? itemsOf(value, depth, budget) : fieldsOf(value, depth, budget);
  } catch {
    // A getter or a proxy may throw.
    return '[unreadable]';
  }
}

const MORE = /^and \d{1,15} more$/;

function itemsOf(items: unknown[], depth: number, budget: Budget): unknown[] {
  const copy = items.slice(0, MAX_ITEMS).map((item) => copyOf(item, depth + 1, budget));
  const rest = items.length - MAX_ITEMS;
  const last: unknown = items.at(-1);
  if (rest > 0) copy.push(rest === 1 && isMore(last) ? last : `and ${rest} more`);
  return copy;
}

/** The mark of an array or object that was cut before. */
function isMore(value: unknown): boolean {
  return typeof value === 'string' && MORE.test(value);
}

const MORE_KEY = '…';

function fieldsOf(value: object, depth: number, budget: Budget): unknown {
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map || value instanceof Set) {
    return copyOf(value instanceof Map ? Object.fromEntries(value) : [...value], depth, budget);
  }
  const { toJSON } = value as { toJSON?: () => unknown };
  if (typeof toJSON === 'function') return copyOf(toJSON.call(value), depth + 1, budget);
  const copy: Record<string, unknown> = {};
  let kept = 0;
  const keys = Object.keys(value);
  for (const key of keys) {
    const item = (value as Record<string, unknown>)[key];
    if (kept === MAX_KEYS) {
      copy[MORE_KEY] = key === MORE_KEY && isMore(item) ? item : `and ${keys.length - kept} more`;
      break;
    }
    kept++;
    const known = knownKey(key);
    const name = Object.hasOwn(copy, known.name) ? `${known.name} (${kept})` : known.name;
    const hidden = known.hides(item) || (key === 'value' && isNamedSecret(value));
    copy[name] = hidden ? REDACTED : copyOf(item, depth + 1, budget);
  }
  return copy;
}

/** `{ name: 'Authorization', value: '…' }`: the name is beside the value. */
function isNamedSecret(value: object): boolean {
  const { name, key, header } = value as Record<string, unknown>;
  return [name, key, header].some((text) => typeof text === 'string' && nameKind(text) !== 'plain');
}

/** A key as it is kept, and which values it hides. */
interface KnownKey {
  readonly name: string;
  readonly hides: (value: unknown) => boolean;
}

/** Most keys in the cache: the same keys come with every log line. */
const KNOWN_KEYS = 2000;
const knownKeys = new Map<string, KnownKey>();

function knownKey(key: string): KnownKey {
  let known = knownKeys.get(key);
  if (known === undefined) {
    const name = redactText(key);
    const kinds = [nameKind(key), nameKind(name)];
    known = {
      name: name === '__proto__' ? '_proto_' : name,
      hides: kinds.includes('secret') ? isSecret : kinds.includes('count') ? isNoCount : never,
    };
    if (knownKeys.size < KNOWN_KEYS && key.length <= 64) knownKeys.set(key, known);
  }
  return known;
}

/** Undefined, null, true and false hold no secret: they say whether there is one. */
function isSecret(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && value !== '';
}

function isNoCount(value: unknown): boolean {
  return isSecret(value) && typeof value !== 'number';
}

function never(): boolean {
  return false;
}

/**
 * An error without secrets. It is a class, so that it is recognized and not redacted and cut again: its
 * stack is longer than other texts may be.
 */
class RedactedError {
  [field: string]: unknown;
}

/** An error as name, message, code and stack, each without secrets, and its causes, five deep in all. */
export function redactError(error: Error, depth = 1): Record<string, unknown> {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const stack = stackOf(error);
  return Object.assign(new RedactedError(), {
    type: redactText(textOf(error.name)),
    message: redactText(messageOf(error)),
    ...(typeof code === 'string' ? { code: redactText(code) } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(isNativeError(cause) && depth < MAX_DEPTH ? { cause: redactError(cause, depth + 1) } : {}),
  });
}

/** An AggregateError, such as the one of a connection attempt to two addresses, has no message. */
function messageOf(error: Error): string {
  const message = textOf(error.message);
  const { errors } = error as { errors?: unknown };
  if (message !== '' || !Array.isArray(errors)) return message;
  return errors
    .slice(0, 3)
    .map((one: unknown) => textOf(isNativeError(one) ? one.message : one))
    .join('; ');
}

/** Where an error came from, 12 lines of it. A stack is made when it is read, and that may fail, too. */
function stackOf(error: Error): string | undefined {
  try {
    return (
      error.stack
        ?.split('\n')
        .filter((line) => line.startsWith('    at '))
        .slice(0, 12)
        // A line of the message may look like one of the stack.
        .map((line) => redactText(line.trim()))
        .join('\n')
    );
  } catch {
    return undefined;
  }
}

/**
 * The text of anything that was thrown, for output without a logger, for example on standard error when the
 * process ends: name and message in one line, then the stack, redacted.
 */
export function errorText(thrown: unknown): string {
  if (!isNativeError(thrown)) return redactText(textOf(thrown));
  const { type, message, stack } = redactError(thrown) as Record<string, string | undefined>;
  return [`${type}: ${message}`, ...(stack?.split('\n') ?? [])].join('\n    ');
}
