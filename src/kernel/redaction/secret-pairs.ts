import { nameKind } from './secret-name.js';
import { REDACTED } from './secret-pattern.js';

/** `=`, `:`, `=>`, and an XML element whose value follows. */
export const SEPARATOR = /=>|[:=]|<[\w:.-]{1,64}>(?=[^<\s])/g;
/** The same for `matchAll`, which starts at the pattern's lastIndex: that must be 0. */
const SEPARATOR_INSIDE = new RegExp(SEPARATOR);
/** Longest name that is read, and longest run of white space or backslashes around a separator. */
const NAME_LENGTH = 64;
const GAP = 5;
const ESCAPES = 31;

/** What may follow a comma or a semicolon after the end of a value; anything else continues the value. */
export const NEXT_PAIR = /[,;](?:$|[\s"'[{]|[\w.$-]{1,64}\\{0,31}["']?\s?[:=])/y;
const NAME_CHARACTER = /[\w$-]/;
/** A quote ends an unquoted value unless it is inside a word. */
export const QUOTE_END = /["'](?:$|[\s"',;:.)\]}>\\])/y;

/** Names whose value is several words: to the end of the line, or of the enclosing quotes. */
const PHRASE = /(?:pass|seed|recovery)[_-]?phrase|mnemonic/i;
/** An apostrophe before a space (`the dogs' bed`) is a part of the phrase. */
export const PHRASE_END =
  /[\n\r]|&[\w.-]{1,64}=|\\{0,31}"(?:$|[\s"',;:.)\]}>\\])|\\{0,31}'(?:$|["',;:.)\]}>\\])/;
/** Longest phrase: a recovery phrase has 24 words, and the rest of a longer line is something else. */
const PHRASE_LENGTH = 1000;

/** Schemes of an Authorization header: the credentials follow, as one word or to the end of the line. */
const SCHEMES = /^(?:basic|bearer|token|apikey|negotiate|ntlm|dpop|key)$/i;
const SCHEMES_WITH_PARAMETERS = /^(?:digest|hawk|oauth|signature|aws4-hmac-sha256|mac)$/i;

/** These words always mean that there is no value. */
const NO_VALUE = /^(?:null|undefined|none|nil|true|false|empty|unset|\[?redacted\]?|\*+|x{3,})$/i;
/** After a name whose value no person chooses, these words are not a value. */
const STATES =
  /^(?:expired|missing|invalid|required|revoked|absent|unknown|present|valid|malformed|optional)$/i;
/** The names whose values people choose, who may choose any word. */
const CHOSEN = /pass|pwd|pw$|secret|pin$|phrase|wort$|credential/i;
/**
 * Words that continue a sentence after `token: `. Any other word is treated as the secret: nothing
 * distinguishes `password: sunshine` from a sentence.
 */
const PROSE = new Set(
  `a an the this that these those it its your our no not never nor or and but if is are was were be been being
   has have had does did do must should shall can cannot could may might will would needs need expected expects
   got found given set unset too only also already still yet as at by for from in into of off on out than then to
   with without within please see use check try when where which who why how what yes ok okay n/a
   expired missing invalid required revoked absent unknown present valid malformed optional denied rejected
   refused accepted wrong incorrect mismatch mismatched unsupported unexpected forbidden disabled enabled
   unauthorized unavailable failed failure error verification validation rotated rotation refreshed changed
   updated created deleted removed reset sent received issued stored encrypted hashed hidden login session user
   jwt bearer token tokens password passwords secret secrets cookie cookies header headers authentication
   authorization signature`.split(/\s+/),
);

/** The name of a value, where it begins, and whether a colon and a space follow it as in a sentence. */
interface Named {
  readonly name: string;
  readonly start: number;
  readonly prose: boolean;
}

/** A value: where it begins and ends in the text. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Redacts the values whose name says that they are secret: `password=…`, `"apiKey": "…"`, `Cookie: …`. */
export function redactPairs(text: string): string {
  let clean = '';
  let copied = 0;
  SEPARATOR.lastIndex = 0;
  for (let at = SEPARATOR.exec(text); at; at = SEPARATOR.exec(text)) {
    const span = secretAt(text, at.index, at[0]);
    if (span) {
      clean += text.slice(copied, span.start) + REDACTED;
      copied = endWithPairsInside(text, span);
      SEPARATOR.lastIndex = copied;
    }
  }
  return copied === 0 ? text : clean + text.slice(copied);
}

/**
 * Where a value ends whose own text has further pairs: `token: PASSPHRASE: correct horse`, where the value
 * after the last colon is outside of the match, or a phrase continues past it.
 */
function endWithPairsInside(text: string, { start, end }: Span): number {
  let from = start;
  let last = end;
  for (;;) {
    const further = pairBeyond(text, from, last);
    if (further === undefined) return last;
    from = last;
    last = further;
  }
}

/** Pairs inside one value that are checked. A value with more is cut to the end of its line at once. */
const MAX_PAIRS_INSIDE = 16;

/**
 * The end of a secret whose separator is in a part of the text and whose value continues after that part.
 */
function pairBeyond(text: string, from: number, end: number): number | undefined {
  let pairs = 0;
  for (const { index, 0: separator } of text.slice(from, end).matchAll(SEPARATOR_INSIDE)) {
    const at = from + index;
    if (!separator.startsWith('<') && nameKind(nameBefore(text, at).name) === 'plain') continue;
    if (++pairs > MAX_PAIRS_INSIDE) {
      const rest = text.slice(end).search(/[\n\r]|$/);
      return rest === 0 ? undefined : end + rest;
    }
    const span = secretAt(text, at, separator);
    if (span && span.end > end) return span.end;
  }
  return undefined;
}

/** The secret after the separator at `index`, if its name means one. */
function secretAt(text: string, index: number, separator: string): Span | undefined {
  const behind = index + separator.length;
  if (separator.startsWith('<')) {
    if (nameKind(afterLast(separator.slice(1, -1), ':')) === 'plain') return undefined;
    const end = text.indexOf('<', behind);
    return { start: behind, end: end === -1 ? text.length : end };
  }
  const named = nameBefore(text, index);
  const kind = nameKind(named.name);
  if (kind === 'plain') return undefined;
  const start = skipSpace(text, behind, GAP);
  const prose = separator === ':' && start > behind;
  const span = valueAt(text, start, { ...named, prose });
  if (!span) return undefined;
  const value = text.slice(span.start, span.end);
  return kind === 'count' && /^\d{1,15}[.,)\]}]{0,5}$/.test(value) ? undefined : span;
}

/** The name before a separator, with the word before it if the name is two words: `api key`. */
function nameBefore(text: string, index: number): { name: string; start: number } {
  let end = skipSpaceBack(text, index);
  if (text[end - 1] === '"' || text[end - 1] === "'") end--;
  for (let escapes = 0; escapes < ESCAPES && text[end - 1] === '\\'; escapes++) end--;
  if (text[end - 1] === ']') end--;
  const start = nameStart(text, end);
  const name = text.slice(start, end);
  if (nameKind(name) !== 'plain' || text[start - 1] !== ' ') return { name, start };
  // Only what is one name in two words: in `secret santa: x`, nothing is secret.
  const two = text.slice(nameStart(text, start - 1), end).replace(' ', '');
  return { name: nameKind(two) === 'plain' ? name : two, start };
}

function nameStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start < NAME_LENGTH && NAME_CHARACTER.test(text[start - 1] ?? ''))
    start--;
  return start;
}

function skipSpaceBack(text: string, index: number): number {
  let at = index;
  while (at > 0 && index - at < GAP && isSpace(text[at - 1])) at--;
  return at;
}

function skipSpace(text: string, index: number, limit: number): number {
  let at = index;
  while (at - index < limit && isSpace(text[at])) at++;
  return at;
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}

/** The value that begins at `at`; undefined where there is none, or none that could be a secret. */
function valueAt(text: string, at: number, named: Named): Span | undefined {
  if (text.startsWith(REDACTED, at)) return undefined;
  if (text[at] === '[' || text[at] === '{') return { start: at, end: closingEnd(text, at) };
  const quoted = quotedAt(text, at);
  if (quoted) return quoted.end - quoted.start > 2 ? quoted : undefined;
  const end = bareEnd(text, at);
  const value = text.slice(at, end);
  if (/cookies?$/i.test(named.name) && named.prose && value.includes('=')) {
    return { start: at, end: lineEnd(text, at, named) };
  }
  if (SCHEMES_WITH_PARAMETERS.test(value)) return { start: at, end: lineEnd(text, at, named) };
  if (SCHEMES.test(value)) {
    const credentials = valueAt(text, skipSpace(text, end, GAP), named);
    if (credentials) return { start: at, end: credentials.end };
  }
  if (!canBeSecret(value, named)) return undefined;
  return { start: at, end: isPhrase(named.name, value) ? phraseEnd(text, at) : end };
}

/** The position after the bracket that closes the one at `start`, or the end of the text. */
function closingEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[' || text[at] === '{') depth++;
    if ((text[at] === ']' || text[at] === '}') && --depth === 0) return at + 1;
  }
  return text.length;
}

/**
 * A quoted value ends at the next quote that is escaped as often as its first: JSON may lie in JSON. A
 * value without a closing quote was cut off: all of it is the secret.
 */
function quotedAt(text: string, start: number): Span | undefined {
  let quote = start;
  while (quote - start < ESCAPES && text[quote] === '\\') quote++;
  if (text[quote] !== '"' && text[quote] !== "'") return undefined;
  const close = text.slice(start, quote + 1);
  let end = text.indexOf(close, quote + 1);
  while (end !== -1 && text[end - 1] === '\\') end = text.indexOf(close, end + 1);
  return { start, end: end === -1 ? text.length : end + close.length };
}

/** An unquoted value ends at white space, `&`, a closing quote, or where the next pair begins. */
function bareEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '&' || isSpace(character)) return at;
    if (character === '\\' && /["']/.test(text[at + 1] ?? '')) return at;
    if ((character === ',' || character === ';') && isAt(NEXT_PAIR, text, at)) return at;
    if ((character === '"' || character === "'") && isAt(QUOTE_END, text, at)) return at;
  }
  return text.length;
}

/** `passphrases: 5` may be a number of them. */
function isPhrase(name: string, firstWord: string): boolean {
  return PHRASE.test(name) && !(/s$/i.test(name) && /^\d/.test(firstWord));
}

function phraseEnd(text: string, start: number): number {
  const phrase = text.slice(start, start + PHRASE_LENGTH);
  const length = phrase.search(PHRASE_END);
  return start + (length === -1 ? phrase.length : length);
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** The end of a header's line, or of the quotes around it. */
function lineEnd(text: string, from: number, { start }: Named): number {
  const quote = text[start - 1] === '"' || text[start - 1] === "'" ? text[start - 1] : undefined;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\n' || text[at] === '\r' || text[at] === quote) return at;
  }
  return text.length;
}

/**
 * Whether an unquoted value may be a secret: false if it says that there is none or continues a sentence.
 */
export function canBeSecret(value: string, { name, prose }: Omit<Named, 'start'>): boolean {
  const word = value.replace(/[.,;:!?)\]}]{1,5}$/, '');
  if (word === '' || NO_VALUE.test(word)) return false;
  if (!CHOSEN.test(name) && STATES.test(word)) return false;
  if (!prose) return true;
  return word.length > 1 && !PROSE.has(word.toLowerCase());
}

function afterLast(text: string, separator: string): string {
  return text.slice(text.lastIndexOf(separator) + 1);
}
