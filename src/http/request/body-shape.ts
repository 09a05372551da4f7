import { invalidField, ValidationFailedError } from '../../kernel/errors/domain-error.js';
import { pathOf } from '../validation/field-errors.js';

/** Most keys of one object in a body. */
export const MAX_KEYS = 1000;
/** Most objects and arrays inside one another in a body, the body itself included. */
export const MAX_LEVELS = 20;
/** Most values in a whole body: members of objects and items of arrays, at every level. */
export const MAX_VALUES = 100_000;

/**
 * Keys that libraries lose or that are dangerous to them: those that can poison prototypes, and the names
 * of every object's own methods. Source: class-transformer, TransformOperationExecutor.
 */
const REFUSED_KEYS = new Set(['prototype', ...Object.getOwnPropertyNames(Object.prototype)]);

/**
 * Refuses, with a 400, a body with too many levels, keys or values, so that the work on it is bounded
 * before it begins, and strings that PostgreSQL can't store: NUL characters and halves of surrogate pairs.
 * One walk, in time linear in the body's size; it stops at the first fault.
 */
export function assertBodyShape(body: object): void {
  new Walk().object(body, 0);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** `[` and `{`, `]` and `}` differ in this bit alone. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Refuses, with a 400, a JSON text with too many levels or values before it is parsed, because the parsed
 * value is many times larger than the text. It counts brackets and commas; the parser checks whether the
 * text is JSON.
 */
export function assertTextShape(json: Uint8Array): void {
  let level = 0;
  let commas = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(json, at + 1);
    } else if (byte === COMMA) {
      commas += 1;
      if (commas > MAX_VALUES) throw refusal('body', `has more than ${MAX_VALUES} values`);
    } else if ((byte | BRACE_BIT) === OPEN) {
      level += 1;
      if (level > MAX_LEVELS) throw refusal('body', `has more than ${MAX_LEVELS} levels`);
    } else if ((byte | BRACE_BIT) === CLOSE) {
      level -= 1;
    }
  }
}

/** Where the string that began before `at` ends. */
export function endOfString(json: Uint8Array, at: number): number {
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Refuses, with a 400, a text that PostgreSQL cannot store; `field` names it in the error. */
export function assertStorableText(text: string, field: string): void {
  const fault = faultOf(text);
  if (fault) throw refusal(field, fault);
}

class Walk {
  private values = 0;
  /** Current path: the key or index at each level, valid up to the current level. */
  private readonly at: (string | number)[] = [];

  object(value: object, level: number): void {
    if (level === MAX_LEVELS) throw this.refusal(level, `has more than ${MAX_LEVELS} levels`);
    if (Array.isArray(value)) {
      this.count(value.length, level);
      for (let index = 0; index < value.length; index++) {
        this.at[level] = index;
        this.value(value[index], level + 1);
      }
      return;
    }
    const keys = Object.keys(value);
    if (keys.length > MAX_KEYS) throw this.refusal(level, `has more than ${MAX_KEYS} keys`);
    this.count(keys.length, level);
    for (const key of keys) {
      this.at[level] = key;
      if (REFUSED_KEYS.has(key)) throw this.refusal(level + 1, 'is a key that is not allowed');
      const fault = faultOf(key);
      if (fault) throw this.refusal(level + 1, fault);
      this.value((value as Record<string, unknown>)[key], level + 1);
    }
  }

  private value(value: unknown, level: number): void {
    if (typeof value === 'string') {
      const fault = faultOf(value);
      if (fault) throw this.refusal(level, fault);
    } else if (typeof value === 'object' && value !== null) {
      this.object(value, level);
    }
  }

  private count(values: number, level: number): void {
    this.values += values;
    if (this.values > MAX_VALUES) {
      throw this.refusal(Math.min(level, 1), `has more than ${MAX_VALUES} values`);
    }
  }

  private refusal(level: number, fault: string): ValidationFailedError {
    const path = this.at.slice(0, level).map(String).reduce(pathOf, '');
    return refusal(path === '' ? 'body' : path, fault);
  }
}

function faultOf(text: string): string | undefined {
  if (text.includes('\u0000')) return 'must not contain a NUL character';
  return text.isWellFormed() ? undefined : 'must not contain half a surrogate pair';
}

function refusal(field: string, fault: string): ValidationFailedError {
  const shown = field.replaceAll('\u0000', '').toWellFormed();
  return invalidField(shown, `${shown} ${fault}`);
}
