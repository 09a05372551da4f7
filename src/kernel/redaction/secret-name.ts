/**
 * How a value is treated by its name: `secret` hides it, `count` hides it unless it is a number (`tokens`
 * may be secrets or a number of them), `plain` only applies the patterns.
 */
export type NameKind = 'secret' | 'count' | 'plain';

/** Words that make a value secret wherever they stand in the name, in the singular. */
const SECRET_WORDS = new Set([
  ...['token', 'secret', 'password', 'passwd', 'pswd', 'pwd', 'passphrase', 'passcode', 'passkey'],
  ...['credential', 'authorization', 'cookie', 'jwt', 'bearer', 'csrf', 'xsrf', 'mnemonic'],
  ...['phpsessid', 'jsessionid', 'passwort', 'kennwort', 'motdepasse'],
]);

/** Words that mean a secret only as the last of a name: `auth`, `dbPass`, `cardPin`, `x-signature`. */
const SECRET_LAST_WORDS = new Set([
  ...['auth', 'oauth', 'pass', 'pw', 'pin', 'otp', 'totp', 'hotp', 'cvv', 'cvc'],
  ...['signature', 'sig', 'hmac', 'dsn'],
]);

/** What may follow such a word without changing its meaning: `authHeader`, `pinCode`. */
const VALUE_WORDS = new Set([
  ...['value', 'code', 'header', 'raw', 'text', 'string', 'plain', 'plaintext'],
  ...['hex', 'base64', 'b64', 'hash', 'digest'],
]);

/** Two words that together mean a secret: `apiKey`, `session_id`, `webhook-url`. */
const SECRET_PAIRS = new Set(
  [
    ...[
      'api',
      'access',
      'private',
      'priv',
      'secret',
      'signing',
      'signature',
      'encryption',
      'master',
    ],
    ...['session', 'shared', 'deploy', 'ssh', 'hmac'],
  ]
    .map((word) => `${word}key`)
    .concat([
      ...['sessionid', 'connectsid', 'webhookurl', 'webhookuri', 'hookurl', 'rawheader'],
      ...['password', 'passphrase', 'passcode', 'seedphrase', 'recoveryphrase'],
      ...[
        'recoverycode',
        'backupcode',
        'verificationcode',
        'securitycode',
        'resetcode',
        'authcode',
      ],
    ]),
);

/** The end of a name that was written as one word: `accesstoken`, `dbpassword`, `openaiapikey`. */
const SECRET_ENDING = /(?:token|secret|password|passwd|passphrase|apikey|secretkey|privatekey)$/;

/**
 * Last words of a name whose value is about a secret but does not hold it: `tokensUsed`, `cookieConsent`,
 * `passwordFile`, `accessTokenId`, `JsonWebTokenError`. An unknown last word leaves the value hidden.
 */
const ABOUT_WORDS = new Set([
  ...[
    'count',
    'counts',
    'used',
    'usage',
    'limit',
    'limits',
    'length',
    'size',
    'total',
    'max',
    'min',
  ],
  ...['remaining', 'budget', 'bucket', 'price', 'cost', 'rate', 'ratio', 'score', 'strength'],
  ...[
    'type',
    'types',
    'kind',
    'name',
    'names',
    'id',
    'ids',
    'label',
    'title',
    'description',
    'hint',
  ],
  ...['field', 'fields', 'prefix', 'index', 'position', 'format', 'algorithm', 'alg', 'version'],
  ...[
    'at',
    'in',
    'on',
    'by',
    'ms',
    'seconds',
    'minutes',
    'hours',
    'days',
    'ttl',
    'age',
    'lifetime',
  ],
  ...['expiry', 'expires', 'expired', 'expiration', 'created', 'updated', 'changed', 'rotated'],
  ...['revoked', 'required', 'enabled', 'disabled', 'present', 'missing', 'valid', 'invalid'],
  ...['status', 'state', 'policy', 'policies', 'rule', 'rules', 'consent', 'banner', 'given'],
  ...['provider', 'issuer', 'audience', 'scope', 'scopes', 'source', 'owner', 'domain', 'endpoint'],
  ...[
    'url',
    'uri',
    'path',
    'file',
    'attempts',
    'tries',
    'failures',
    'error',
    'errors',
    'exception',
  ],
  ...[
    'failure',
    'warning',
    'event',
    'events',
    'service',
    'module',
    'manager',
    'controller',
    'guard',
  ],
  ...['strategy', 'factory', 'store', 'repository', 'parser', 'hasher', 'handler', 'registry'],
  ...['client', 'helper', 'builder', 'validator', 'interceptor', 'middleware', 'filter', 'entity'],
  ...['dto', 'job', 'worker', 'test', 'spec'],
]);

/** `accessToken`, `access_token`, `X-Access-Token` and `APIKey` as words in lower case. */
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;

/** The words of a name; numbers at its end (`password2`) say nothing. */
export function wordsOf(name: string): string[] {
  const words = (name.match(WORD) ?? []).map((word) => word.toLowerCase());
  while (words.length > 1 && isNumber(words.at(-1))) words.pop();
  return words;
}

/** Most names in the cache. */
const KNOWN_NAMES = 2000;
const known = new Map<string, NameKind>();

/** Whether the value of such a name is a secret. */
export function nameKind(name: string): NameKind {
  let kind = known.get(name);
  if (kind === undefined) {
    kind = kindOf(name);
    if (known.size < KNOWN_NAMES && name.length <= 64) known.set(name, kind);
  }
  return kind;
}

function kindOf(name: string): NameKind {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined) return 'plain';
  const at = words.findLastIndex((word, index) => isSecret(word, words[index - 1]));
  if (at === words.length - 1) return isPlural(last) ? 'count' : 'secret';
  if (at >= 0) return ABOUT_WORDS.has(last) ? 'plain' : 'secret';
  if (SECRET_LAST_WORDS.has(last)) return 'secret';
  const before = words.at(-2) ?? '';
  return VALUE_WORDS.has(last) && SECRET_LAST_WORDS.has(before) ? 'secret' : 'plain';
}

function isSecret(word: string, before: string | undefined): boolean {
  const one = singular(word);
  if (SECRET_WORDS.has(one) || SECRET_PAIRS.has(one) || SECRET_ENDING.test(one)) return true;
  return before !== undefined && SECRET_PAIRS.has(before + one);
}

function singular(word: string): string {
  return word.endsWith('s') && !SECRET_WORDS.has(word) ? word.slice(0, -1) : word;
}

/** `credentials` is what one set of them is called. */
function isPlural(word: string): boolean {
  return word.endsWith('s') && word !== 'credentials' && singular(word) !== word;
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && word >= '0' && word < ':';
}
