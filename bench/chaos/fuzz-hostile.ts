/* What is unlike the document: lists, each item with a fault of its own. */

/** Hostile texts: SQL, templates, control characters, names of every object's own members. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...['', ' ', '\u0000', 'a\u0000b', '\ud800', 'a\udfff', '\uffff', '\u200b', '\u202e', 'e\u0301'],
  ...["' OR 1=1 --", "'; DROP TABLE users; --", '\\', '%', '_', '%_%', '$1', '${1}', '{{7*7}}'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', 'true'],
  ...['-1', '0', '1e400', '0x10', '99999999999999999999', '١', '2026-02-30', '0000-00-00', 'now'],
  ...['2026-13-01T00:00:00Z', '+275760-09-13T00:00:00Z', '10000-01-01T00:00:00Z', 'infinity'],
  ...['-4713-11-24T00:00:00Z', '2026-01-01T00:00:00+99:99', '2026-06-30T23:59:60Z', 'epoch'],
  ...['<script>alert(1)</script>', 'javascript:alert(1)', '//evil.example', '../../etc/passwd'],
  ...['nba:retry_deliveries:x', '00000000-0000-0000-0000-000000000000', 'é'.repeat(500)],
  ...['x'.repeat(301), 'x'.repeat(3000), '\u0001'.repeat(2000), '😀'.repeat(200)],
];

const HUGE = ['x'.repeat(60_000), '\\u0000'.repeat(9000), '\ud83d\ude00'.repeat(9000)];

/** JSON texts of unexpected types or sizes; some of them no JSON serializer produces. */
export const HOSTILE_JSON: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '1e400', '-1e400', '1e-400', '1.5', '2147483648'],
  ...['9007199254740993', '123456789012345678901234567890', '9'.repeat(400), '-1', '1E+3'],
  ...['[]', '{}', '[[]]', '[null]', '[1,2,3]', '{"length":5}', '{"0":"a","length":1}'],
  ...['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u2028"', '{"\\u0000":1}', '{"\\ud800":1}'],
  ...['{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', '{"toString":1}'],
  ...['{"a":1,"a":2}', '{"":1}', '{"toJSON":1}', '{"then":1}', '{"$ne":null}', '{"__type":"x"}'],
  ...[nested('[', ']', 19), nested('[', ']', 30), nested('[', ']', 5000)],
  ...[nested('{"a":', '}', 22, '1'), nested('{"a":', '}', 3000, '1')],
  `[${'0,'.repeat(2000)}0]`,
  `{${Array.from({ length: 1001 }, (_, n) => `"k${n}":1`).join(',')}}`,
  ...HUGE.map((text) => `"${text}"`),
];

/** Texts that are no JSON at all. */
export const BROKEN_JSON: readonly string[] = [
  ...['{', '}', '[', '{"', '{"title":', '{"title":"x"', '{title:"x"}', "{'title':'x'}", '{"a":1,}'],
  ...[
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":NaN}',
    '{"a":"\t"}',
    '{"a":"\\x"}',
    '{"a":"\\u12"}',
  ],
  ...['{"a":1}{"a":1}', '{"a":1} x', '\ufeff{}', '/**/{}', 'title=x&reason=y', '<a/>', '%7B%7D'],
  ...['""', 'null', '7', 'undefined', nested('{"a":', '', 9000), ' '.repeat(5000), '\u0000'],
];

function nested(open: string, close: string, levels: number, inside = ''): string {
  return open.repeat(levels) + inside + close.repeat(levels);
}

/** Name and value. */
export type Header = readonly [string, string];

/** Parts of a text between spaces. */
function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Path segments that a client library would not send, or not like this. */
export const HOSTILE_SEGMENTS = [
  ...words(`% %z %zz %00 a%00b %ff %c0%ae %E0%A4%A %ED%A0%80 %u0041 %25 . .. %2e %2e%2e %2f / //`),
  ...words(`..%2f..%2fetc%2fpasswd %5c %252e%252e * :id {id} [] ;a=b @ ~ #x %0d%0aX:1 %20 + | ^`),
  ...words(
    `%27%20OR%201=1-- ' " \\ \` \u00e9 \u00ff \u007f %F0%9F%92%A9 %C2%85 __proto__ constructor`,
  ),
  ...words(`null undefined -1 0 1e9 00000000-0000-0000-0000-000000000000`),
  ...['', 'a b', 'x'.repeat(300), 'x'.repeat(9000), '%41'.repeat(900), '../'.repeat(60)],
];

/** Queries that no form sends. */
export const HOSTILE_QUERIES = [
  ...words(`= & &&&= ? =x a a= a[b]=1 a[]=1 a[b][c][d]=1 []=1 % %=% a=%E0%A4%A #x %23 a=1;b=2`),
  ...words(`__proto__=1 __proto__[a]=1 constructor=1 toString= page=1&page=2 cursor=&cursor=`),
  ...words(`page=%00 page=0x1 page=1e3 page=-0 page=1.0 page=+1 page=99999999999999999999`),
  ...words(`pageSize=NaN open=TRUE open=1 search=%25 search=_ search=%5C search=%00 cursor=%ff`),
  ...words(`search=%F0%9F%92%A9 cursor=eyJhIjoxfQ cursor=....`),
  ...['', `cursor=${'A'.repeat(4000)}`, `search=${'%C3%A9'.repeat(300)}`, `${'k'.repeat(300)}=1`],
  Array.from({ length: 60 }, (_, n) => `p${n}=1`).join('&'),
];

/** Values of headers by their name; a request may have several of them. */
const STRANGE_VALUES: Readonly<Record<string, readonly string[]>> = {
  'Content-Type': [
    ...['application/json; charset=utf-8', 'application/json;charset="UTF8"', 'APPLICATION/JSON'],
    ...['application/json; charset=latin1', 'application/json; charset=utf-16', 'text/json;;;'],
    ...['application/json; charset=', 'multipart/form-data; boundary=x', 'text/plain', '', '/'],
    ...words(`application/problem+json application/merge-patch+json application/xml é/é`),
    ...words(`application/x-www-form-urlencoded multipart/form-data application/octet-stream`),
  ],
  'Content-Encoding': ['', 'gzip, gzip', ...words('gzip br deflate zstd x __proto__ toString')],
  Accept: ['', 'x'.repeat(5000), ...words('*/* text/html application/xml;q=0 é ,,,')],
  Authorization: [
    ...['', 'Bearer', 'Bearer ', 'Bearer x', 'Bearer a.b.c', 'bearer  x', 'Basic QQ==', 'é'],
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
  ],
  'Idempotency-Key': ['', 'a b', '\t', "';--", 'é', '__proto__', 'x'.repeat(255), 'x'.repeat(256)],
  'X-Request-Id': ['', 'a/b', 'é', 'x'.repeat(200), '__proto__', '%00'],
  'X-Forwarded-For': ['x', '127.0.0.1', '[::1]:80', ',,,', '1.2.3.4:99999'],
  'If-None-Match': ['*'],
  'If-Match': ['"x"'],
  'If-Modified-Since': ['never'],
  Range: ['bytes=0-1', 'x'],
  Expect: ['100-continue', 'x'],
  'X-HTTP-Method-Override': ['DELETE'],
  Cookie: ['a=b; ;;='],
  Origin: ['null'],
  Upgrade: ['websocket'],
  Connection: ['Upgrade', 'close'],
  'Transfer-Encoding': ['x'],
  'Content-Length': ['-1', 'x'],
  Host: ['', 'é'],
  'Accept-Language': ['x'.repeat(9000)],
  X: ['a\u0000b', 'x'.repeat(20_000)],
  'X Y': ['z'],
  '': ['z'],
};

/** Headers that are strange by their value, their name or their size. */
export const STRANGE_HEADERS: readonly Header[] = Object.entries(STRANGE_VALUES).flatMap(
  ([name, values]) => values.map((value): Header => [name, value]),
);
