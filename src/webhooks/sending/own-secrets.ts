import { REDACTED } from '../../kernel/redaction/secret-pattern.js';
import { type EndpointSecrets } from '../model/sendable-endpoint.js';

/** A shorter value is redacted only where it stands alone: `1` would take every digit out of an answer. */
const SHORT_VALUE = 4;
/** A part of a header value, such as a cookie, is redacted by itself from this length. */
const PART_MIN = 8;
/** The longest form of a character: `\u0026`, `&quot;` or three percent-encoded bytes. */
const LONGEST_FORM = 9;
/** So much of a value at the end of a text is the value, cut off. */
const CUT_VALUE = 8;

/** What is known to be secret of an endpoint, to be taken out of what its receiver answers. */
export class OwnSecrets {
  private readonly values: readonly string[];

  constructor({ signing, headers }: EndpointSecrets) {
    const all = [...signing.flatMap(partsOfSecret), ...Object.values(headers).flatMap(partsOf)];
    this.values = [...new Set(all)].filter((value) => value !== '');
  }

  /** How many characters a value may take in a text at most. */
  get longest(): number {
    return Math.max(0, ...this.values.map(({ length }) => length * LONGEST_FORM));
  }

  /**
   * The first `kept` characters of a text without the values: as they are, in JSON, percent-encoded or in
   * HTML. A value that begins in these characters goes as a whole, also one that the end of the text cuts.
   */
  redact(text: string, kept = text.length): string {
    let redacted = '';
    let at = 0;
    for (const [start, end] of this.rangesIn(text)) {
      if (start >= kept) break;
      if (start >= at) redacted += `${text.slice(at, start)}${REDACTED}`;
      at = Math.max(at, end);
    }
    return redacted + text.slice(at, Math.max(at, kept));
  }

  private rangesIn(text: string): [number, number][] {
    const ranges: [number, number][] = [];
    for (const value of this.values) {
      for (const { 0: found, index } of text.matchAll(patternOf(value))) {
        ranges.push([index, index + found.length]);
      }
      const cut = cutAtEnd(text, value);
      if (cut > 0) ranges.push([text.length - cut, text.length]);
    }
    return ranges.sort(([a, endOfA], [b, endOfB]) => a - b || endOfB - endOfA);
  }
}

/** A signing secret, and its key alone. */
function partsOfSecret(secret: string): string[] {
  const key = secret.replace(/^whsec_/, '');
  return [secret, key, key.replace(/=+$/, '')];
}

/** A header value, and what a receiver may take out of it: without `Bearer`, a cookie, a password. */
function partsOf(header: string): string[] {
  const value = header.trim();
  const [, scheme = '', credentials = ''] = /^(\S+) +(.+)$/.exec(value) ?? [];
  const words = value.split(/[\s;,]+/);
  const assigned = words.map((word) => word.slice(word.indexOf('=') + 1).replace(/^"|"$/g, ''));
  const parts = [...words, ...assigned].filter(({ length }) => length >= PART_MIN);
  if (/^(?:bearer|basic|token|apikey)$/i.test(scheme)) parts.push(credentials);
  if (/^basic$/i.test(scheme)) {
    const pair = Buffer.from(credentials, 'base64').toString('utf8');
    parts.push(pair, pair.slice(pair.indexOf(':') + 1));
  }
  return [value, ...parts];
}

/** Finds a value in each of its forms. */
function patternOf(value: string): RegExp {
  const forms = Array.from(value, formsOf).join('');
  const pattern =
    value.length < SHORT_VALUE ? `(?<![\\p{L}\\p{N}])${forms}(?![\\p{L}\\p{N}])` : forms;
  return new RegExp(pattern, 'giu');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

/** A character as it is, escaped in JSON, percent-encoded and escaped in HTML, as an alternative. */
function formsOf(character: string): string {
  const hex = character.codePointAt(0)?.toString(16) ?? '';
  const encoded = Array.from(Buffer.from(character), (byte) => `%${hexOf(byte)}`).join('');
  const entity = ENTITIES[character];
  const forms = [
    encoded,
    `\\\\u${hex.padStart(4, '0')}`,
    `&#(?:x0*${hex}|0*${character.codePointAt(0)});`,
    ...(entity === undefined ? [] : [`&${entity};`]),
    ...(character === ' ' ? ['\\+'] : []),
    // PHP escapes also the slash.
    ...('"\\/'.includes(character) ? [`\\\\${literal(character)}`] : []),
    ...(character === '\t' ? ['\\\\t'] : []),
    literal(character),
  ];
  return `(?:${forms.join('|')})`;
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** How many characters at the end of a text are the beginning of a value; 0 for too few to know. */
function cutAtEnd(text: string, value: string): number {
  if (value.length < SHORT_VALUE) return 0;
  const fewest = Math.min(CUT_VALUE, Math.ceil(value.length / 2));
  for (let length = value.length - 1; length >= fewest; length--) {
    if (text.endsWith(value.slice(0, length))) return length;
  }
  return 0;
}
