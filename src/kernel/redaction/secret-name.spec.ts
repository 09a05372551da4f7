import { nameKind, wordsOf } from './secret-name.js';

/** Names whose value is a secret, and names that look like it. */
const SECRET = [
  ...['token', 'accessToken', 'access_token', 'X-Access-Token', 'ACCESS_TOKEN', 'accesstoken'],
  ...['refreshToken', 'csrfToken', 'tokenValue', 'APIToken', 'token2', 'id_token'],
  ...['secret', 'client_secret', 'clientSecret', 'secret_key', 'JWT_SECRET', 'secretAccessKey'],
  ...['password', 'PASSWORD', 'newPassword', 'password_confirmation', 'passwordHash', 'dbpassword'],
  ...[
    'passwd',
    'pwd',
    'dbPwd',
    'pass',
    'dbPass',
    'smtp_pass',
    'passphrase',
    'passPhrase',
    'passcode',
  ],
  ...['apiKey', 'api_key', 'api-key', 'x-api-key', 'APIKey', 'apikey', 'apiKEY', 'openaiApiKey'],
  ...['privateKey', 'private_key', 'privateKeyPem', 'signingKey', 'encryptionKey', 'sshKey'],
  ...['authorization', 'Authorization', 'proxyAuthorization', 'auth', 'basicAuth', 'authHeader'],
  ...['cookie', 'Cookie', 'setCookie', 'set-cookie', 'sessionCookie', 'cookieHeader'],
  ...['sessionId', 'session_id', 'sessionID', 'sessionKey', 'jwt', 'jwtRaw', 'bearer'],
  ...[
    'credential',
    'credentials',
    'awsCredentials',
    'x-amz-credential',
    'webhookUrl',
    'webhook-url',
  ],
  ...[
    'otp',
    'otpCode',
    'pin',
    'cardPin',
    'pinCode',
    'signature',
    'webhookSignature',
    'x-signature',
  ],
  ...['X-Amz-Signature', 'sig', 'hmac', 'dsn', 'sentryDsn', 'cvv', 'recoveryCode'],
];

const COUNT = [
  'tokens',
  'maxTokens',
  'secrets',
  'passwords',
  'cookies',
  'apiKeys',
  'recoveryCodes',
];

const PLAIN = [
  ...[
    'tokensUsed',
    'tokenizer',
    'tokenType',
    'tokenCount',
    'tokenExpiresAt',
    'tokenId',
    'tokenUrl',
  ],
  ...['secretary', 'secretName', 'cookieConsent', 'cookieBanner', 'passwordPolicy', 'passwordFile'],
  ...['passenger', 'compass', 'bypass', 'passed', 'passRate', 'author', 'authority', 'authorId'],
  ...['authMethod', 'opinion', 'pinned', 'spinner', 'design', 'signal', 'signatureCount', 'sigma'],
  ...[
    'dedupeKey',
    'actionKey',
    'ruleKey',
    'runKey',
    'eventKey',
    'idempotencyKey',
    'publicKey',
    'key',
  ],
  ...['sessionIdle', 'session', 'apiKeyId', 'accessKeyId', 'jwtExpiresIn', 'webhookId', 'url'],
  ...['TokenExpiredError', 'AuthService', 'PasswordHasher', 'id', '', '42', 'executionId'],
];

describe('the name of a value', () => {
  it.each(SECRET)('%j hides it', (name) => {
    expect(nameKind(name)).toBe('secret');
  });

  it.each(COUNT)('%j hides it unless it is a number', (name) => {
    expect(nameKind(name)).toBe('count');
  });

  it.each(PLAIN)('%j shows it', (name) => {
    expect(nameKind(name)).toBe('plain');
  });

  it.each([
    ['accessToken', ['access', 'token']],
    ['x-api-key', ['x', 'api', 'key']],
    ['APIKey', ['api', 'key']],
    ['JWTSecretV2', ['jwt', 'secret', 'v']],
    ['private_key', ['private', 'key']],
  ])('%s is read word by word', (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });
});
