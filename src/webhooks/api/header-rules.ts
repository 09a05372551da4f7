import { isObject, ValidateBy } from 'class-validator';

/** Most own headers of an endpoint, and the longest name and value of one, in characters. */
export const HEADERS_MAX = 20;
const NAME_MAX = 100;
const VALUE_MAX = 2000;

/** A token of HTTP that begins with a letter or a digit. Source: RFC 9110, 5.6.2. */
const NAME = /^[a-z0-9][a-z0-9!#$%&'*+.^_`|~-]*$/i;
/** Visible ASCII with blanks inside. Source: RFC 9110, 5.5. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

/** What a try sets itself, and what belongs to a connection. */
const RESERVED = new Set([
  ...['host', 'content-length', 'content-type', 'content-encoding', 'user-agent', 'expect'],
  ...['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'via'],
]);
const RESERVED_BEGINNING = /^(?:webhook-|proxy-)/;

/** Own headers of an endpoint as a body sends them; in a patch, null removes one. */
export type SentHeaders = Readonly<Record<string, string | null>>;

interface HeaderRules {
  /** Whether null may stand for a value. */
  readonly nullable: boolean;
}

/** Headers that HTTP allows and that the sender does not set: name by value, at most 20. */
export function IsHeaders(rules: HeaderRules): PropertyDecorator {
  return ValidateBy({
    name: 'isHeaders',
    validator: {
      validate: (value) => headersProblem(value, rules) === undefined,
      defaultMessage: (args) => headersProblem(args?.value, rules) ?? 'headers are wrong',
    },
  });
}

/** Why headers are refused; never with a value. */
export function headersProblem(headers: unknown, { nullable }: HeaderRules): string | undefined {
  if (!isObject(headers) || Array.isArray(headers)) return 'headers must be an object';
  const entries = Object.entries(headers);
  if (entries.length > HEADERS_MAX) return tooManyHeaders();
  const seen = new Set<string>();
  for (const [index, [sent, value]] of entries.entries()) {
    const name = sent.toLowerCase();
    if (sent.length > NAME_MAX || !NAME.test(sent)) {
      return `headers must have names that HTTP allows, of at most ${NAME_MAX} characters: number ${index + 1} has none`;
    }
    if (RESERVED.has(name) || RESERVED_BEGINNING.test(name)) {
      return `headers must not hold ${name}, which is set by the server itself`;
    }
    if (seen.has(name)) return `headers must not hold ${name} twice`;
    seen.add(name);
    if (value === null && nullable) continue;
    if (typeof value !== 'string' || value.length > VALUE_MAX || !VALUE.test(value)) {
      return `headers must have values of visible ASCII characters, at most ${VALUE_MAX}: that of ${name} is none`;
    }
  }
  return undefined;
}

export function tooManyHeaders(): string {
  return `headers must be at most ${HEADERS_MAX}`;
}

/** Headers by their names in lower case: HTTP makes no difference. */
export function withLowerCaseNames<Value>(
  headers: Readonly<Record<string, Value>>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
