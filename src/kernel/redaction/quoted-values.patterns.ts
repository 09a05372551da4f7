import { REDACTED, replacing, type SecretExample, type SecretPattern } from './secret-pattern.js';

/** A value in double quotes, escaped or not. PostgreSQL escapes no quote in it, so it goes on to the last. */
const QUOTED = String.raw`\\{0,31}"(?:[^]{0,8000}"|[^]{0,8000})`;

function gone(text: string): SecretExample {
  return { text, gone: 's3same' };
}

const AFTER_COLON: SecretPattern = {
  what: 'The value that PostgreSQL could not read: the message keeps its frame and its type',
  source: 'postgresql.org: utils/adt (errcodes 22P02, 22003, 22007, 22008), copyfrom.c, guc.c',
  hint: '"',
  ...replacing(
    new RegExp(
      String.raw`(\b(?:invalid input syntax for (?:type )?[\w .[\]"]{1,100}?|invalid input value for enum [\w."]{1,130}?|(?:date|time|timestamp|interval|date\/time|time zone)[\w\/ ]{0,40}? out of range|malformed (?:array|record|range|multirange) literal|invalid (?:cidr|inet|hexadecimal|binary|bit|octet|regular|URI|port|connection|value for parameter)[\w ."]{0,100}?|COPY [\w."]{1,130}, line \d{1,12}(?:, column [\w"]{1,65})?|syntax error in \w{1,30}): )${QUOTED}`,
      'gi',
    ),
    `$1${REDACTED}`,
  ),
  goes: [
    gone('invalid input syntax for type integer: "s3same"'),
    gone('invalid input syntax for type timestamp with time zone: "a "s3same" b"'),
    gone('invalid input syntax for type uuid: "s3same'),
    gone('invalid input value for enum app.job_state: "s3same"'),
    gone('date/time field value out of range: "s3same"'),
    gone('timestamp out of range: "s3same"'),
    gone('malformed array literal: "s3same"'),
    gone('invalid cidr value: "s3same"'),
    gone('invalid value for parameter "DateStyle": "s3same"'),
    gone('invalid port number: "s3same"'),
    gone('COPY work_items, line 3, column title: "s3same"'),
    gone(String.raw`{"message":"invalid input syntax for type integer: \"s3same\""}`),
  ],
  stays: [
    'value too long for type character varying(5)',
    'relation "next_best_actions" does not exist',
    'unrecognized configuration parameter "nba.x"',
    'syntax error at or near "FROM"',
    'integer out of range',
    'a label: "Snooze 1 day"',
  ],
};

const IN_THE_MIDDLE: SecretPattern = {
  what: 'A value in the middle of a message of PostgreSQL, of its DETAIL or its CONTEXT',
  source: 'postgresql.org: numutils.c, datetime.c, json.c, portalcmds.c, scan.l',
  hint: /out of range|not recognized|invalid|found|\$\d|JSON data|at or near/,
  ...replacing(
    new RegExp(
      [
        String.raw`(^|: |\b(?:value|units?|time zone|but found|Token) )\\{0,31}"[^\n]{0,8000}"(?= (?:is out of range|not recognized|is invalid|for ")|\.$)`,
        String.raw`(\$\d{1,5} = )'(?:[^']|''){0,8000}'?`,
        String.raw`(\bJSON data, line \d{1,9}: )[^\n]{0,8000}`,
        String.raw`(\bat or near )\\{0,31}"'[^]{0,8000}`,
      ].join('|'),
      'g',
    ),
    (_match, ...frames) => {
      const frame = frames.slice(0, 4).find((text: string | undefined) => text !== undefined);
      return `${frame ?? ''}${REDACTED}`;
    },
  ),
  goes: [
    gone('value "s3same" is out of range for type integer'),
    gone('"s3same" is out of range for type double precision'),
    gone('time zone "s3same" not recognized'),
    gone('invalid value "s3same" for "YYYY"'),
    gone('Token "s3same" is invalid.'),
    gone('Expected ":", but found "s3same".'),
    gone("unnamed portal with parameters: $1 = 'a', $2 = 's3''s3same'"),
    gone('JSON data, line 1: {"a": s3same...'),
    gone(`unterminated quoted string at or near "'s3same"`),
  ],
  stays: [
    'value out of range',
    'invalid reference to FROM-clause entry for table "n"',
    'syntax error at or near "SELECT"',
    'password authentication failed for user "nba"',
    'database "nba" does not exist',
  ],
};

const KEY_VALUES: SecretPattern = {
  what: 'The values of a key in the DETAIL of a constraint: its columns, table and verdict stay',
  source: 'postgresql.org: nbtinsert.c, ri_triggers.c, execIndexing.c',
  hint: ')=(',
  ...replacing(
    /(\bkey \([^\n]{1,500}?\)=\()(?:[^]{0,8000}(\)(?= already exists| is not present in| is still referenced| is duplicated| conflicts with))|[^]{0,8000}(\)(?=\.?$))|[^]{0,8000})/gi,
    (_match, frame = '', verdict = '', end = '') => `${frame}${REDACTED}${verdict}${end}`,
  ),
  goes: [
    gone('Key (email)=(s3same) already exists.'),
    gone('Key (a, lower(b))=(1, s3(s)ame) s3same) already exists.'),
    gone('Key (scope_id)=(s3same) is not present in table "scopes".'),
    gone('Key (id)=(s3same) is still referenced from table "x".'),
    gone(
      'conflicting key value violates "x": Key (d)=(s3same) conflicts with existing key (d)=(1).',
    ),
    gone('Key (d)=(1) conflicts with existing key (d)=(s3same).'),
    gone('Key (email)=(s3same'),
  ],
  stays: ['duplicate key value violates unique constraint "uq_users_email"', 'Key (email) is set'],
};

const ROW_VALUES: SecretPattern = {
  what: 'The values of a row that a constraint or a partition refused',
  source: 'postgresql.org: execMain.c, execPartition.c',
  hint: 'ailing row contains',
  ...replacing(
    /(\bfailing row contains (?!(?:\([^()\n]{1,500}\) = )?\(\[redacted\]\)(?=\.?\s{0,5}(?:$|\n)))(?:\([^()\n]{1,500}\) = )?)(?:\([^]{0,8000}\)(?=\.?(?:$|\n))|\([^]{0,8000})/gi,
    `$1(${REDACTED})`,
  ),
  goes: [
    gone('Failing row contains (1, s3same, null).'),
    gone('Failing row contains (1, s3)same, s3same'),
    gone('Partition key of the failing row contains (created_at) = (s3same).'),
  ],
  stays: [
    'null value in column "email" of relation "users" violates not-null constraint',
    'new row for relation "users" violates check constraint "ck_users_role"',
  ],
};

const JSON_SNIPPET: SecretPattern = {
  what: 'The piece of a text that V8 quotes where it is no JSON',
  source: 'v8: messages of JSON.parse',
  hint: 'is not valid JSON',
  ...replacing(
    /(\bUnexpected (?:token|end|string|number)[^\n]{0,20}?, )\.{0,3}"[^]{0,200}"\.{0,3}(?= is not valid JSON)/g,
    `$1${REDACTED}`,
  ),
  goes: [
    gone(`Unexpected token 's', "s3same" is not valid JSON`),
    gone(`Unexpected token 'x', ..."":s3same"x"... is not valid JSON`),
  ],
  stays: ['"undefined" is not valid JSON', 'The request body is not valid JSON.'],
};

/**
 * Messages that quote a value of a row or parameter. They come first, because the quoted text may be cut.
 */
export const QUOTED_VALUES: readonly SecretPattern[] = [
  AFTER_COLON,
  IN_THE_MIDDLE,
  KEY_VALUES,
  ROW_VALUES,
  JSON_SNIPPET,
];
