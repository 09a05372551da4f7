import { nameKind } from './secret-name.js';
import { madeUp, REDACTED, replacing, type SecretPattern } from './secret-pattern.js';

/** PEM blocks, which are of several lines. */
export const PEM: SecretPattern = {
  what: 'A PEM block, to its end or to where it was cut off; certificates and public keys are public',
  source: 'RFC 7468; RFC 4880, 6.2 (PGP); RFC 4716 (SSH2)',
  hint: 'BEGIN ',
  ...replacing(
    /-{4,5} ?BEGIN (?![A-Z0-9 ]{0,40}(?:PUBLIC KEY|CERTIFICATE|CRL))[A-Z0-9 ]{1,60}-{4,5}(?:[^]{0,8000}?-{4,5} ?END [A-Z0-9 ]{1,60}-{4,5}|[^]{0,8000})/g,
    REDACTED,
  ),
  goes: [
    ...['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'],
    ...['OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'],
  ]
    .map((label) => ({
      text: `key:\n-----BEGIN ${label}-----\n${madeUp('', 64)}\n-----END ${label}-----`,
      gone: madeUp('', 64),
    }))
    .concat(
      {
        text: `"-----BEGIN PRIVATE KEY-----\\n${madeUp('', 64)}\\n-----END PRIVATE KEY-----"`,
        gone: madeUp('', 64),
      },
      { text: `-----BEGIN PRIVATE KEY-----\n${madeUp('', 64)}`, gone: madeUp('', 64) },
    ),
  stays: [
    `-----BEGIN CERTIFICATE-----\n${madeUp('', 64)}\n-----END CERTIFICATE-----`,
    '-----BEGIN PUBLIC KEY-----',
    '----- BEGIN of the report -----',
  ],
};

const JWT: SecretPattern = {
  what:
    'A JSON Web Token, signed or not, or encrypted, in any place: eyJ is base64url of {" and, seven ' +
    'characters on, i ends the three letters of its first member (alg, typ, kid, enc)',
  source: 'RFC 7519, 3; RFC 7515, 7.1; RFC 7516, 7.1',
  hint: 'eyJ',
  ...replacing(
    /(?:\beyJ[\w-]{5}|eyJ[\w-]{4}i)[\w-]{5,4000}\.[\w-]{2,4000}(?:\.[\w-]{0,4000}){0,3}/g,
    REDACTED,
  ),
  goes: [
    { text: 'token was eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature', gone: 'eyJ' },
    { text: 'eyJhbGciOiJIUzI1NiJ9.e30', gone: 'eyJ' },
    { text: '/api/x_eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln/y', gone: 'c2ln' },
    { text: 'aeyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', gone: 'c2ln' },
    { text: 'eyJlbmMiOiJBMjU2R0NNIn0.a1-b2.c3.d4.e5', gone: 'd4.e5' },
  ],
  stays: ['honeyJar.count', 'monkeyJumpController.run', 'eyJ'],
};

/** Words that may follow `bearer` and are not a token, even alone. */
const BEARER_WORD =
  /^(?:tokens?|auth|authentication|authorization|scheme|headers?|format|credentials?|required|missing|expected|expired|invalid|only|of|and|or)(?:$|[-.])/i;

/** A token differs from a word by a digit, an inner sign, a change of case or its length. */
function isToken(value: string, alone: boolean): boolean {
  const token = value.replace(/[.,;:!?-]{1,5}$/, '');
  if (BEARER_WORD.test(token)) return false;
  if (token.length >= 6 && /[0-9=]/.test(token)) return true;
  if (/[\w-][._~+/][\w-]/.test(token) || token.length >= 24) return true;
  if (token.length >= 8 && (/[a-z][A-Z]/.test(token) || token.includes('-'))) return true;
  return alone && token.length > 0;
}

/** The decoded base64; empty if it is not readable text. */
function readableOf(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const decoded = bytes.toString('utf8');
  const readable = bytes.length >= 3 && /^[\x20-\x7e\u00a1-\ufffc]{1,3000}$/.test(decoded);
  return readable ? decoded : '';
}

/** Number of ends of the base64 that are tried, if a path or a name follows it. */
const MOST_ENDS = 20;

/** What follows `basic` is user:password in base64, or at least base64 of something that can be read. */
function isBasic(value: string): boolean {
  const decoded = readableOf(value);
  if (decoded.includes(':') || Buffer.byteLength(decoded) >= 6 || /[^=]=$/.test(value)) return true;
  // `/api/leads/Basic dXNlcjpwYXNz/score`: base64 contains slashes, too.
  const [base64 = ''] = value.split(/[.~-]/, 1);
  const parts = base64.split('/', MOST_ENDS);
  return parts.some((_, index) => readableOf(parts.slice(0, index + 1).join('/')).includes(':'));
}

const BEARER: SecretPattern = {
  what:
    'Credentials behind their scheme, without a header’s name. `Bearer` takes what is no word, or any ' +
    'word where nothing else stands; `Basic` what is base64 of a readable text.',
  source: 'RFC 6750, 2.1; RFC 7617, 2',
  hint: /\b(?:bearer|basic)\s/i,
  ...replacing(
    /\b(bearer|basic)(\s{1,5})((?:(?!\b(?:bearer|basic)\s)[\w.~+/=-]){1,4000})/gi,
    (match, scheme = '', space = '', value = '', at, text = '') => {
      const from = Number(at);
      const behind = text.slice(from + match.length);
      // `Bearer passphrase=correct horse`: the pair is found by its name, with all of its words.
      if (/^[\w-]{0,64}(?:phrase|mnemonic)\s{0,5}[:=]/i.test(value + behind.slice(0, 8)))
        return match;
      const alone =
        /^$|["'`=:[(,\n]$/.test(text.slice(0, from).slice(-1)) &&
        /^(?:$|["'`)\],;\n])/.test(behind.slice(0, 1));
      // With what was left for an inner scheme: `Bearer canary-basic plan`.
      const whole = value + (/^[\w.~+/=-]{0,4000}/.exec(behind)?.[0] ?? '');
      const secret = scheme.toLowerCase() === 'basic' ? isBasic(value) : isToken(whole, alone);
      return secret ? `${scheme}${space}${REDACTED}` : match;
    },
  ),
  goes: [
    { text: 'sent Bearer abc.def-123 to it', gone: 'abc.def' },
    { text: 'Bearer payload.Basic dXNlcjpwYXNz', gone: 'dXNl' },
    { text: 'sent Bearer canary-basic plan', gone: 'canary' },
    { text: 'sent Bearer canary-pw= to it', gone: 'canary' },
    { text: 'Bearer myS3cretToken: signature mismatch', gone: 'myS3cret' },
    { text: 'sent Basic dXNlcjphYmMxPw== to it', gone: 'dXNl' },
    { text: 'sent Bearer abc.def.ghi to it', gone: 'def' },
    { text: 'sent bearer s3same! to it', gone: 's3same' },
    { text: `sent bearer ${madeUp('', 30)} to it`, gone: madeUp('', 30) },
    { text: 'sent Bearer canary-word to it', gone: 'canary' },
    { text: 'Bearer abc', gone: 'abc' },
    { text: '{"h":"Bearer sesame"}', gone: 'sesame' },
    { text: 'basic dXNlcjpwYXNz', gone: 'dXNl' },
    { text: 'sent Basic dXNlcjpwYXNzd29yZA== to it', gone: 'dXNl' },
    { text: 'sent Basic c2VjcmV0MQ to it', gone: 'c2Vj' },
    { text: '/api/leads/Basic dXNlcjpwYXNzd29yZDE/score', gone: 'd29yZDE' },
    { text: '/api/leads/Basic dXNlcjpwYXNz/d29y/scores', gone: 'dXNl' },
    { text: 'payload.Basic dXNlcjpwYXNzd29yZDE.toString is refused', gone: 'd29yZDE' },
  ],
  stays: [
    'Bearer of bad news',
    'Bearer token',
    'the bearer token is missing',
    'a bearer-only client',
    'Bearer authentication.',
    'Basic information',
    'Basic information about the lead',
    'basic settings',
    'Basic HTML5/CSS3 knowledge',
    'Basic reading/writing/arithmetic skills',
    'Basic settings.theme/colors',
    'the basic plan',
    'Basic auth',
  ],
};

const SQL_PASSWORD: SecretPattern = {
  what: 'The password of a role, and what curl and psql are given as one',
  source: 'postgresql.org/docs, CREATE ROLE; curl.se/docs, -u',
  hint: /password\s{1,5}'|identified by|\s-u\s|--user\s/i,
  ...replacing(
    /\b((?:password|identified by)\s{1,5})'(?:[^']|''){0,1000}'?|(\s(?:-u|--user)\s{1,5}[^\s:]{1,256}:)[^\s"']{1,1000}/gi,
    (match, sql = '', flag = '', at, text = '') => {
      const quoted = match.slice(sql.length);
      const behind = text.slice(Number(at) + match.length);
      // `'set-cookie': [ …` is a pair, whose value is found by its name.
      const isName =
        nameKind(quoted.slice(1, -1)) !== 'plain' && /^\s{0,5}[:=]\s{0,5}["'[{]/.test(behind);
      return isName ? match : `${sql}${flag}${REDACTED}`;
    },
  ),
  goes: [
    { text: "ALTER ROLE nba WITH PASSWORD 's3 sa''me'", gone: 'sa' },
    { text: "ALTER ROLE nba PASSWORD 's3same': refused", gone: 's3same' },
    { text: "ALTER ROLE nba PASSWORD 'hunter2secret': refused", gone: 'hunter2' },
    { text: 'curl -u nba:s3same https://h.example', gone: 's3same' },
  ],
  stays: ['password authentication failed for user "nba"', 'sort -u file', 'run with -u and -v'],
};

const EMAIL: SecretPattern = {
  what: 'An e-mail address: its domain ends in letters, so that a package@1.0.0 stays',
  source: 'RFC 5321, 4.1.2; RFC 6531',
  hint: '@',
  ...replacing(
    /(?:"[^"\r\n]{1,64}"|[\w\u00c0-\u1fff](?:[\w.+~'\u00c0-\u1fff-]{0,63}))@(?:[\w\u00c0-\u1fff-]{1,63}\.){1,8}(?:xn--[a-z0-9-]{1,59}|[a-z\u00c0-\u1fff]{2,63})/gi,
    '[e-mail]',
  ),
  goes: [
    { text: 'no mailbox jane.doe+x@mail.example.com here', gone: 'jane.doe' },
    { text: "o'brien@example.com", gone: 'brien' },
    { text: 'jörg@exämple.de', gone: 'rg@' },
    { text: '"jane doe"@example.com', gone: 'jane' },
    { text: 'mailto:jane_doe@example.xn--p1ai', gone: 'jane' },
    { text: '-jane@example.com', gone: 'jane' },
  ],
  stays: ['pino@10.4.0 is installed', '@nestjs/common', 'root@10.0.0.1', 'a @ b'],
};

/** Secrets that are recognized by their own form. */
export const CREDENTIALS: readonly SecretPattern[] = [JWT, BEARER, SQL_PASSWORD];
export const EMAIL_ADDRESSES = EMAIL;
