import { brotliCompressSync, gzipSync } from 'node:zlib';

/** A body whose answer, memory or time may grow far past its size. */
export interface Amplifier {
  readonly name: string;
  /** Makes it within a limit of uncompressed bytes. */
  readonly make: (limit: number) => Buffer;
  readonly encoding?: 'gzip' | 'br';
}

const ITEM = { kind: 'reminder', externalId: 'x', state: 'open', title: 'Call Acme back' };
/** Fields that routes take as free JSON, as texts and as times; the others are unknown to a route. */
const FREE = ['attributes', 'payload', 'explanation', 'input'];
const TEXTS = [
  'title',
  'reason',
  'actionUrl',
  'dedupeKey',
  'actionKey',
  'entityId',
  'email',
  'until',
];
/** Twenty times what any route takes. */
const FAR_PAST = 20;

/** As many repetitions as fit between `open` and `close`. */
function filled(limit: number, open: string, part: string, close: string): Buffer {
  const count = Math.floor((limit - open.length - close.length) / part.length);
  return Buffer.from(open + part.repeat(Math.max(0, count)) + close);
}

/** The fields of a list one after another, each made for its share of the limit. */
function fields(limit: number, names: readonly string[], json: (limit: number) => string): Buffer {
  const share = Math.floor(limit / names.length) - 20;
  return Buffer.from(`{${names.map((name) => `"${name}":${json(share)}`).join(',')}}`);
}

function keys(limit: number): string {
  const all: string[] = [];
  for (let size = 2, index = 0; size < limit - 12; index++) {
    const key = `"k${index}":1`;
    size += key.length + 1;
    all.push(key);
  }
  return `{${all.join(',')}}`;
}

/** Items, as many as fit and a batch takes. */
function items(limit: number, item: object): Buffer {
  const json = JSON.stringify(item);
  const count = Math.min(1000, Math.floor((limit - 20) / (json.length + 1)));
  return Buffer.from(`{"items":[${Array.from({ length: count }, () => json).join(',')}]}`);
}

function some(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
}

const zeros = (limit: number): Buffer => filled(limit, '{"items":[0', ',0', ']}');
const everyField = (value: unknown): object =>
  Object.fromEntries(
    ['kind', 'externalId', 'state', 'priority', 'dueAt', 'occurredAt', 'entityType', 'entityId']
      .concat('title', 'attributes')
      .map((field) => [field, value]),
  );

/** Every kind of body that is known to freeze or crash servers, and similar ones. */
export const AMPLIFIERS: readonly Amplifier[] = [
  { name: 'zeros', make: zeros },
  { name: 'zeros in gzip', make: (limit) => gzipSync(zeros(limit)), encoding: 'gzip' },
  { name: 'zeros in brotli', make: (limit) => brotliCompressSync(zeros(limit)), encoding: 'br' },
  {
    name: 'zeros in gzip, far past the limit',
    make: (limit) => gzipSync(zeros(limit * FAR_PAST)),
    encoding: 'gzip',
  },
  {
    name: 'spaces in brotli, far past the limit',
    make: (limit) => brotliCompressSync(Buffer.alloc(limit * FAR_PAST, ' ')),
    encoding: 'br',
  },
  { name: 'unknown keys', make: (limit) => Buffer.from(keys(limit)) },
  { name: 'free JSON with many keys', make: (limit) => fields(limit, FREE, keys) },
  {
    name: 'free JSON with 1,000 keys',
    make: (limit) => fields(limit, FREE, (share) => keys(Math.min(share, 9800))),
  },
  {
    name: 'an item with many attributes',
    make: (limit) => Buffer.from(`{"items":[{"attributes":${keys(limit - 40)}}]}`),
  },
  { name: 'items with 60 unknown keys', make: (limit) => items(limit, { ...ITEM, ...some(60) }) },
  { name: 'items with 900 unknown keys', make: (limit) => items(limit, { ...ITEM, ...some(900) }) },
  { name: 'items of wrong types', make: (limit) => items(limit, everyField(7)) },
  { name: 'items of lists', make: (limit) => items(limit, everyField([[]])) },
  { name: 'the same item again and again', make: (limit) => items(limit, ITEM) },
  { name: 'brackets', make: (limit) => nested(limit, '[', ']') },
  { name: 'nested objects', make: (limit) => nested(limit, '{"a":', '}') },
  { name: 'brackets that do not close', make: (limit) => filled(limit, '{"items":', '[', '') },
  {
    name: 'texts that are long',
    make: (limit) => fields(limit, TEXTS, (share) => `"${'x'.repeat(share)}"`),
  },
  {
    name: 'texts of escapes',
    make: (limit) => fields(limit, TEXTS, (share) => `"${'\\u0001'.repeat(share / 6)}"`),
  },
  {
    name: 'texts for slow patterns',
    make: (limit) => fields(limit, TEXTS, (share) => `"${'a@a.'.repeat(share / 4)}!"`),
  },
  {
    name: 'texts that are lists',
    make: (limit) => fields(limit, TEXTS, (share) => `[0${',0'.repeat(share / 2)}]`),
  },
  {
    name: 'secrets to redact in the name of a field',
    make: (limit) => filled(limit, '{"', 'password=x eyJhbGciOiJ9.e30. ', '":1}'),
  },
  { name: 'an unknown key that is long', make: (limit) => filled(limit, '{"', 'k', '":1}') },
  { name: 'the same key again and again', make: (limit) => filled(limit, '{', '"a":1,', '"a":1}') },
  { name: 'a number of many digits', make: (limit) => filled(limit, '{"score":', '9', '}') },
  { name: 'a text at the top', make: (limit) => filled(limit, '"', 'x', '"') },
];

function nested(limit: number, open: string, close: string): Buffer {
  const levels = Math.floor((limit - 20) / (open.length + close.length));
  return Buffer.from(
    `{"items":${open.repeat(levels)}${open === '[' ? '' : '1'}${close.repeat(levels)}}`,
  );
}
