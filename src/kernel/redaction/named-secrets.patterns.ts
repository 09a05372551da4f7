import { nameKind } from './secret-name.js';
import {
  canBeSecret,
  NEXT_PAIR,
  PHRASE_END,
  QUOTE_END,
  redactPairs,
  SEPARATOR,
} from './secret-pairs.js';
import { REDACTED, type SecretPattern } from './secret-pattern.js';

/** Pairs of a name and a value, as text, JSON, a query, a header, a command line or XML. */
const PAIRS: SecretPattern = {
  what:
    'A value whose name means a secret (secret-name.ts). A plain word stays only where it can be none: a ' +
    'state behind a token, cookie or signature (`token=expired`); behind a name whose value people choose, ' +
    'a word that goes on as a sentence does, after a colon and a space (`password: required`). A passphrase, a ' +
    'recovery phrase and a mnemonic go on to the end of the line or the closing quote.',
  source: 'RFC 9110 fields, RFC 6265 cookies, RFC 6750 and 3986 queries, RFC 8259 JSON',
  hint: /[:=<]/,
  patterns: [SEPARATOR, NEXT_PAIR, QUOTE_END, PHRASE_END],
  redact: redactPairs,
  goes: [
    { text: 'password=s3same refused', gone: 's3same' },
    { text: 'password=sesame', gone: 'sesame' },
    { text: 'password = s3same', gone: 's3same' },
    { text: 'password=s3,same&x=1', gone: 'same' },
    { text: 'pwd=s3same', gone: 's3same' },
    { text: 'passphrase=s3same', gone: 's3same' },
    { text: 'secret_key=s3same', gone: 's3same' },
    { text: 'the password: s3same', gone: 's3same' },
    { text: 'api key: s3same', gone: 's3same' },
    { text: 'private key = s3same', gone: 's3same' },
    { text: 'user[password]=s3same', gone: 's3same' },
    { text: 'password => s3same', gone: 's3same' },
    { text: 'accesstoken=s3same', gone: 's3same' },
    { text: 'JWT_SECRET=s3same', gone: 's3same' },
    { text: 'pin=4711', gone: '4711' },
    { text: 'otp: 471100', gone: '471100' },
    { text: 'https://h.example/x?access_token=s3same&a=1', gone: 's3same' },
    { text: 'https://b.example/x?sv=2024&sig=s3same%3D', gone: 's3same' },
    { text: 'https://s3.example/k?X-Amz-Signature=5a3e&X-Amz-Date=1', gone: '5a3e' },
    { text: 'https://s3.example/k?X-Amz-Security-Token=s3same', gone: 's3same' },
    { text: 'Authorization: Bearer s3same', gone: 's3same' },
    { text: 'authorization: Basic czNzYW1l', gone: 'czNzYW1l' },
    { text: 'Authorization: Bearer sesame', gone: 'sesame' },
    { text: 'Authorization: Digest username="a", response="s3same"', gone: 's3same' },
    { text: 'Proxy-Authorization: s3same', gone: 's3same' },
    { text: 'cookie: sid=s3same; theme=dark', gone: 's3same' },
    { text: 'Cookie: theme=dark; sid=s3same', gone: 's3same' },
    { text: 'Set-Cookie: sid=s3same; Path=/; HttpOnly', gone: 's3same' },
    { text: "'set-cookie': [ 'a=b', 'sid=s3same' ]", gone: 's3same' },
    { text: 'X-Api-Key: s3same', gone: 's3same' },
    { text: '{"password":"s3 same"}', gone: 's3 same' },
    { text: '{"data":"{\\"password\\":\\"s3 same\\"}"}', gone: 's3' },
    { text: String.raw`\\\"password\\\" : \\\"a s3same\\\"`, gone: 's3same' },
    { text: String.raw`{\"api_key\": 4711, \"a\": 1}`, gone: '4711' },
    { text: String.raw`{"password":"a\"s3same","b":1}`, gone: 's3same' },
    { text: '{"password":"a s3same', gone: 's3same' },
    { text: '{"tokens":["s3same"]}', gone: 's3same' },
    { text: '<wsse:Password>s3same</wsse:Password>', gone: 's3same' },
    ...[
      'passphrase: correct horse battery staple',
      'Passphrase = correct horse, battery, staple',
      'passphrase=correct horse battery staple',
      "the passphrase: correct horse's dogs' battery staple",
      'SSH_PASSPHRASE: correct horse battery staple',
      'token : SSH_PASSPHRASE: correct horse battery staple',
      'token=SSH_PASSPHRASE:correct horse battery staple',
      'token: password: passphrase: correct horse battery staple',
      'recovery phrase: correct horse battery staple',
      'recoveryPhrase: correct horse battery staple',
      'seed_phrase=correct horse battery staple',
      'mnemonic: key horse battery staple',
      'error: "the seed phrase: correct horse battery staple" was refused',
      String.raw`{"data":"{\"msg\":\"passphrase: correct battery staple\"}"}`,
    ].flatMap((text) => ['battery', 'staple'].map((gone) => ({ text, gone }))),
    { text: 'Server=db;User Id=sa;Password=s3same;', gone: 's3same' },
    { text: 'tokenType: Bearer passphrase=correct horse battery', gone: 'battery' },
    { text: 'tokenType: Bearer recoveryPhrase: correct horse', gone: 'horse' },
    { text: "the password 'set-cookie': [ 'a=b', 'sid=s3same' ]", gone: 's3same' },
    { text: 'token: password: s3same', gone: 's3same' },
    { text: 'token: a=password: s3same', gone: 's3same' },
    { text: 'token: a=password="s3 same"', gone: 'same' },
    {
      text: 'passphrase: correct horse Authorization: Digest username="a", response="s3same"',
      gone: 's3same',
    },
  ],
  stays: [
    'token: expired',
    'Token: expired at 10:30',
    'token=expired',
    'password: required',
    'password: must be at least 12 characters long',
    'passphrase is required',
    'passphrase: required',
    'Passphrase: must be at least 12 characters long',
    'recovery phrase: missing from the request',
    'mnemonic: invalid',
    'passphrases: 5 of them',
    'secret: none',
    'secret=null',
    'jwt: malformed',
    'cookie: missing',
    'Authorization: Bearer',
    'authorization: required',
    'tokensUsed=512',
    'tokens: 512',
    'maxTokens=4096, tokenizer=cl100k',
    'secretary: Jane',
    'cookieConsent=granted',
    'tokenType: Bearer',
    'passwordFile=/run/admin-password',
    'author: Jane',
    'the passenger list: 12',
    'secret santa: Jane',
    'TokenExpiredError: jwt expired',
    'JsonWebTokenError: invalid signature',
    'dedupeKey=nba:stale_leads, ruleKey=stale_leads',
    'src/auth/token.ts:12:5',
    'idempotencyKey: b5d3c1e0',
    'Unexpected token: }',
  ],
};

const FLAG = /--(\w[\w-]{0,63})\s{1,5}/g;
const FLAG_VALUE = /'[^']{0,1000}'?|"[^"]{0,1000}"?|[^\s"'-][^\s"']{0,1000}/y;

const FLAGS: SecretPattern = {
  what: 'The value of a flag whose name means a secret, in a command line',
  source: 'GNU Coding Standards, 4.8',
  hint: '--',
  patterns: [FLAG, FLAG_VALUE],
  redact: redactFlags,
  goes: [
    { text: 'Command failed: psql --password s3same -c x', gone: 's3same' },
    { text: 'run --api-key s3same', gone: 's3same' },
    { text: `run --client-secret 's3 same' -v`, gone: 'same' },
    { text: 'exec --command "run --api-key s3same"', gone: 's3same' },
    { text: '----- " run --api-key s3same', gone: 's3same' },
    { text: 'run --verbose --api-key s3same', gone: 's3same' },
    { text: 'npm publish --_authToken s3same', gone: 's3same' },
    { text: 'run --2fa-token 471100', gone: '471100' },
  ],
  stays: ['run --password --verbose', 'a -- token', '--password is required', '--tokens-used 5'],
};

/** The value of a plain flag is searched, too: a quoted command line may hold flags of its own. */
function redactFlags(text: string): string {
  let clean = '';
  let copied = 0;
  FLAG.lastIndex = 0;
  for (let flag = FLAG.exec(text); flag; flag = FLAG.exec(text)) {
    const name = flag[1] ?? '';
    if (nameKind(name) === 'plain') continue;
    const start = FLAG.lastIndex;
    FLAG_VALUE.lastIndex = start;
    const value = FLAG_VALUE.exec(text)?.[0];
    if (value === undefined || !canBeSecret(value, { name, prose: true })) continue;
    clean += text.slice(copied, start) + REDACTED;
    copied = start + value.length;
    FLAG.lastIndex = copied;
  }
  return copied === 0 ? text : clean + text.slice(copied);
}

/** Secrets that are recognized by their name. */
export const NAMED_SECRETS: readonly SecretPattern[] = [PAIRS, FLAGS];
