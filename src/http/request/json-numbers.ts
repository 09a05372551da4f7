import { endOfString } from './body-shape.js';

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
/** `E` and `e` differ in this bit alone. */
const CASE_BIT = 0x20;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Numbers of up to so many characters, without an exponent, keep all their digits. */
const ALWAYS_EXACT = 15;
/** The most digits that `toExponential` writes. */
const MOST_DIGITS = 101;
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/**
 * The path of the first number in a JSON text whose digits a 64-bit float does not hold: an integer of 20
 * digits, `1e400`. Undefined if there is none. The text must be valid JSON.
 */
export function inexactNumber(json: Buffer): (string | number)[] | undefined {
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(json, at + 1);
    } else if (isDigit(byte) || byte === MINUS) {
      const start = at;
      let exponent = false;
      while (isOfNumber(json[at + 1] ?? 0)) {
        at += 1;
        exponent ||= isE(json[at] ?? 0);
      }
      if (!exponent && at - start < ALWAYS_EXACT) continue;
      if (!isExact(json.toString('latin1', start, at + 1))) return pathTo(json, start);
    }
  }
  return undefined;
}

/**
 * Whether a number in JSON has the same digits when JavaScript prints it: as few as it needs, or as many as
 * the number has. So `0.1` passes, and `0.10000000000000001`, as some languages print it, too.
 */
export function isExact(token: string): boolean {
  const { digits, power } = decimalOf(token);
  const value = Number(token);
  if (digits === '') return true;
  if (value === 0 || !Number.isFinite(value) || digits.length > MOST_DIGITS) return false;
  return [value.toExponential(), value.toExponential(digits.length - 1)].some((text) => {
    const printed = decimalOf(text);
    return printed.digits === digits && printed.power === power;
  });
}

/** The digits of a number without zeros around them, and the power of ten of the last one. */
function decimalOf(token: string): { digits: string; power: number } {
  const [, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(token) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return { digits: digits.slice(0, end), power };
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

function isOfNumber(byte: number): boolean {
  return isDigit(byte) || byte === POINT || byte === PLUS || byte === MINUS || isE(byte);
}

function isE(byte: number): boolean {
  return (byte | CASE_BIT) === LOWER_E;
}

/** The keys and indexes that lead to a place in a JSON text. */
function pathTo(json: Buffer, place: number): (string | number)[] {
  const path: (string | number)[] = [];
  let text = '""';
  for (let at = 0; at < place; at++) {
    const byte = json[at] ?? 0;
    const top = path.at(-1);
    if (byte === QUOTE) {
      const end = endOfString(json, at + 1);
      text = json.toString('utf8', at, end + 1);
      at = end;
    } else if (byte === COLON) path[path.length - 1] = JSON.parse(text) as string;
    else if (byte === OPEN_BRACE) path.push('');
    else if (byte === OPEN_BRACKET) path.push(0);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) path.pop();
    else if (byte === COMMA && typeof top === 'number') path[path.length - 1] = top + 1;
  }
  return path;
}
