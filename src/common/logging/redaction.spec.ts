import { redactError, redactText, redactValue } from './redaction.js';

describe('the redaction', () => {
  it.each([
    ['a bearer token', 'Authorization: Bearer abc.def-123', 'abc.def'],
    ['a JWT', 'token was eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature', 'eyJ'],
    ['an API key', 'key sk_live_51Habcdef failed', 'sk_live'],
    ['a URL with credentials', 'connect postgres://nba:s3same@db:5432/x failed', 's3same'],
    ['a URL with credentials and no user', 'redis://:s3same@cache', 's3same'],
    ['a password in a pair', 'password=s3same refused', 's3same'],
    ['a password in JSON', '{"password":"s3 same"}', 's3 same'],
    ['a URL with an @ in its password', 'postgres://u:p@s3same@host/x failed', 's3same'],
    ['a URL with an @ in its user', 'postgres://nba@s1:s3same@host', 's3same'],
    ['a password in JSON inside JSON', '{"data":"{\\"password\\":\\"s3 same\\"}"}', 's3'],
    ['a password three times escaped', String.raw`\\\"password\\\" : \\\"a s3same\\\"`, 's3'],
    ['a number in JSON inside JSON', String.raw`{\"api_key\": 4711, \"a\": 1}`, '4711'],
    ['a password with a quote in it', String.raw`{"password":"a\"s3same","b":1}`, 's3same'],
    ['a password that is cut off', '{"password":"a s3same', 's3same'],
    ['a password behind a NUL in its name', 'pass\u0000word=s3same', 's3same'],
    ['an e-mail address', 'no mailbox jane.doe+x@mail.example.com here', 'jane.doe'],
  ])('takes %s out of a text', (_, text, secret) => {
    expect(redactText(text)).not.toContain(secret);
  });

  it('leaves what stands behind an escaped secret', () => {
    const text = String.raw`{"data":"{\"password\":\"x\",\"note\":\"kept\"}"}`;
    expect(redactText(text)).toContain('kept');
  });

  it('leaves an ordinary sentence alone', () => {
    const text = 'The relay refused message 42 at 10:30: mailbox full.';
    expect(redactText(text)).toBe(text);
  });

  it.each(['eyJhbGciOiJIUzI1NiJ9.e30', 'sk_live_51Habcdef', 'Bearer abc', 'basic dXNlcjpwYXNz'])(
    'takes %s out where nothing else stands',
    (text) => {
      expect(redactText(text)).toContain('[redacted]');
    },
  );

  it('cuts a text at 500 characters', () => {
    expect(redactText('x'.repeat(501))).toHaveLength(500);
    expect(redactText('x'.repeat(500))).toHaveLength(500);
  });

  it('takes what PostgreSQL cannot hold out of a text', () => {
    expect(redactText('a\u0000b\ud800')).toBe('ab\ufffd');
  });

  it.each([
    'token',
    'accessToken',
    'client_secret',
    'PASSWORD',
    'apiKey',
    'api-key',
    'authorization',
    'Cookie',
    'webhookUrl',
  ])('hides the value of the key %s', (key) => {
    expect(redactValue({ [key]: 'sesame' })).toEqual({ [key]: '[redacted]' });
  });

  it('cleans keys as well as values, and keeps two that become the same', () => {
    const clean = redactValue({ 'a@example.com': 1, 'b@example.com': 2, 'no\u0000te': 3 });
    expect(clean).toEqual({ '[e-mail]': 1, '[e-mail] (2)': 2, note: 3 });
  });

  it('hides the value of a secret key however its name is written', () => {
    expect(redactValue({ 'pass\u0000word': 'sesame', 'token@example.com': 'sesame' })).toEqual({
      password: '[redacted]',
      '[e-mail]': '[redacted]',
    });
  });

  it('lets no key become a prototype', () => {
    const clean = redactValue({ '__proto__\u0000': { a: 1 }, ['__proto__']: 2 }) as object;
    expect(Object.getPrototypeOf(clean)).toBe(Object.prototype);
    expect(Object.keys(clean)).toEqual(['_proto_', '_proto_ (2)']);
  });

  it('cuts depth at 5 and arrays at 20', () => {
    expect(redactValue({ a: { b: { c: { d: { e: {} } } } } })).toEqual({
      a: { b: { c: { d: { e: '[cut]' } } } },
    });
    expect(redactValue(Array.from({ length: 30 }, (_, index) => index))).toHaveLength(20);
  });

  it('survives a value that holds itself', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => JSON.stringify(redactValue(loop))).not.toThrow();
  });

  it('writes times as ISO 8601 and big integers as text', () => {
    expect(redactValue({ at: new Date(0), n: 1n })).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      n: '1',
    });
  });

  it('keeps the stack of an error and not the secret in its message', () => {
    const error = redactError(new Error('postgres://u:s3same@h/d'));
    expect(JSON.stringify(error)).not.toContain('s3same');
    expect(error.stack).toContain('redaction.spec');
  });

  it('follows the causes of an error five deep, also in a circle', () => {
    const error = new Error('first');
    error.cause = new Error('second', { cause: error });
    let depth = 0;
    for (let at: unknown = redactError(error); at; at = (at as { cause?: unknown }).cause) depth++;
    expect(depth).toBe(5);
  });

  it.each([
    'a@',
    'a://',
    'a.a://u:',
    'a://u:p@',
    'a:',
    '\\',
    '\\"',
    'token\\"',
    'token="',
    'token:\\"a\\\\',
    '-token-',
    "token='",
  ])('takes time linear in the length of the hostile text %j, repeated', (part) => {
    const since = performance.now();
    expect(redactText(part.repeat(50_000)).length).toBeLessThanOrEqual(500);
    expect(performance.now() - since).toBeLessThan(500);
  });
});
