import fc from 'fast-check';
import {
  errorText,
  recordedInput,
  recordedValue,
  redactError,
  redactText,
  redactValue,
} from './redaction.js';
import { isPlainText } from './plain-text.js';
import { SECRET_TABLE } from './secret-table.js';

describe('the redaction of a text', () => {
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
    ['a percent-encoded e-mail address', '/x/jane%2edoe%40example.com/y', 'jane'],
    ['one that was encoded twice', '/x/jane%252Edoe%2540example.com', 'jane'],
    ['a percent-encoded pair', 'next=%2Fin%3Fpassword%3Ds3same%26a%3D1', 's3same'],
    ['a percent-encoded secret beside a wrong byte', 'a%ffpassword%3Ds3same', 's3same'],
    ['a percent-encoded NUL in a name', 'pass%00word%3Ds3same', 's3same'],
  ])('takes %s out', (_, text, secret) => {
    expect(redactText(text)).not.toContain(secret);
  });

  it('keeps the text after an escaped secret', () => {
    const text = String.raw`{"data":"{\"password\":\"x1\",\"note\":\"kept\"}"}`;
    expect(redactText(text)).toContain('kept');
  });

  it.each([
    'The relay refused message 42 at 10:30: mailbox full.',
    '/api/work-items/reminder/M%C3%BCller%20%2F%20S%C3%B6hne',
    '100% of 5%20',
    '01a20c27-9869-72c0-b35a-d39d238ae983',
    '/api/next-actions/01a20c27-9869-72c0-b35a-d39d238ae983/execute',
    'duplicate key value violates unique constraint "pk_next_action_replayed_keys"',
    'src/next-actions/delivery/delivery-action.registry.ts:42:7',
    'd41d8cd98f00b204e9800998ecf8427e',
  ])('leaves %j alone', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it.each(['eyJhbGciOiJIUzI1NiJ9.e30', 'sk_live_51Habcdef', 'Bearer abc', 'basic dXNlcjpwYXNz'])(
    'takes %s out where nothing else stands',
    (text) => {
      expect(redactText(text)).toContain('[redacted]');
    },
  );

  it.each([
    ['invalid input syntax for type integer: "s3same"', 'invalid input syntax for type integer: '],
    ['Key (email)=(s3same) already exists.', 'Key (email)=([redacted]) already exists.'],
    ['value "99999999999" is out of range for type integer', ' is out of range for type integer'],
    ['Failing row contains (1, s3same).', 'Failing row contains ([redacted])'],
  ])('keeps the frame of %j', (text, frame) => {
    expect(redactText(text)).toContain(frame);
  });

  it('cuts a text at 500 characters, with a mark', () => {
    expect(redactText('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`);
    expect(redactText('x y'.repeat(4000))).toHaveLength(500);
    expect(redactText('x'.repeat(500))).toHaveLength(500);
  });

  it('marks a text that was cut before its secrets had left it short', () => {
    const text = `password="${'s3same '.repeat(2000)}" and more`;
    expect(redactText(text)).toBe('password=[redacted]…');
  });

  it('shows no half of a token at the end of what is searched', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const text = `"${'-----BEGIN PRIVATE KEY-----x '.repeat(400)}`.slice(0, 7990) + ` ${token}`;
    expect(redactText(text)).not.toContain('ghp_');
  });

  it('removes what PostgreSQL cannot store', () => {
    expect(redactText('a\u0000b\ud800')).toBe('ab\ufffd');
  });

  describe('for any text', () => {
    const fragments = SECRET_TABLE.flatMap(({ goes, stays }) => [
      ...goes.map(({ text }) => text),
      ...stays,
    ]);
    const anyPart = fc.oneof(
      fc.constantFrom(...fragments),
      fc.constantFrom('"', "'", '\\', ':', '=', '@', '%40', '…', '[redacted]', 'token', 'a,b'),
      fc.string({ maxLength: 10 }),
    );
    const anyGap = fc.constantFrom(' ', '\n', ', ', ' | ');
    const anyText = fc
      .array(fc.tuple(anyPart, anyGap), { maxLength: 8 })
      .map((parts) => parts.flat().join(''));

    it('is idempotent', () => {
      fc.assert(
        fc.property(anyText, (text) => {
          const once = redactText(text);
          expect(redactText(once)).toBe(once);
        }),
        { numRuns: 500 },
      );
    });

    it('removes a secret from any surrounding text', () => {
      // Some are known only where they stand alone.
      const secrets = SECRET_TABLE.flatMap(({ goes }) => goes).filter(
        ({ text, gone }) => !redactText(`it said ${text} then`).includes(gone),
      );
      expect(secrets.length).toBeGreaterThan(100);
      fc.assert(
        fc.property(anyText, fc.constantFrom(...secrets), anyGap, anyText, (...parts) => {
          const [before, { text, gone }, gap, after] = parts;
          fc.pre(!`${before}${gap}${after}`.includes(gone));
          expect(redactText(`${before}${text}${gap}${after}`)).not.toContain(gone);
        }),
        { numRuns: 500 },
      );
    });

    it('takes the rest of the line of a value that holds more pairs than are checked', () => {
      const text = `token: ${'pw:'.repeat(40)} s3same and more\nthe next line`;
      expect(redactText(text)).toBe('token: [redacted]\nthe next line');
    });

    it('never classifies a text with a secret as plain', () => {
      const plainish = fc
        .array(
          fc.oneof(
            fc.constantFrom(...fragments.filter((text) => /^[\w /.-]*$/.test(text))),
            fc.stringMatching(/^[\w /.-]{0,8}$/),
          ),
          { maxLength: 4 },
        )
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(plainish, (text) => {
          fc.pre(isPlainText(text));
          for (const { redact } of SECRET_TABLE) expect(redact(text)).toBe(text);
        }),
        { numRuns: 500 },
      );
    });
  });
});

describe('the redaction of a value', () => {
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

  it('hides numbers, arrays and objects under such a key, and keeps null and booleans', () => {
    const secrets = { pin: 4711, tokens: ['sesame'], auth: { user: 'a', word: 'sesame' } };
    expect(redactValue(secrets)).toEqual({
      pin: '[redacted]',
      tokens: '[redacted]',
      auth: '[redacted]',
    });
    const none = { token: null, password: false, secret: '', tokens: 512, tokensUsed: 512 };
    expect(redactValue(none)).toEqual(none);
  });

  it('hides a value whose name is in a sibling field', () => {
    expect(
      redactValue([
        { name: 'Authorization', value: 'sesame' },
        { key: 'days', value: 3 },
      ]),
    ).toEqual([
      { name: 'Authorization', value: '[redacted]' },
      { key: 'days', value: 3 },
    ]);
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

  it('cuts depth at 5', () => {
    expect(redactValue({ a: { b: { c: { d: { e: {} } } } } })).toEqual({
      a: { b: { c: { d: { e: '[cut]' } } } },
    });
  });

  it('cuts arrays at 20 items and says how many more there were', () => {
    const numbers = (length: number): number[] => Array.from({ length }, (_, index) => index);
    expect(redactValue(numbers(20))).toEqual(numbers(20));
    expect(redactValue(numbers(27))).toEqual([...numbers(20), 'and 7 more']);
    expect(redactValue({ ids: numbers(21) })).toEqual({ ids: [...numbers(20), 'and 1 more'] });
  });

  it('cuts objects at 50 keys and says how many more there were', () => {
    const keys = (length: number): object =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, index]));
    expect(redactValue(keys(50))).toEqual(keys(50));
    expect(redactValue(keys(53))).toEqual({ ...keys(50), '…': 'and 3 more' });
  });

  it('makes no more than 1000 values', () => {
    const wide = (depth: number): unknown =>
      depth === 0 ? 'x' : Array.from({ length: 20 }, () => wide(depth - 1));
    expect(JSON.stringify(redactValue(wide(4))).length).toBeLessThan(50_000);
  });

  it('leaves a copy as it is when it is copied again', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3, maxKeys: 60 }), fc.nat(70), (value, more) => {
        const grown = { ...value, many: Array.from({ length: more }, (_, index) => index) };
        const once = redactValue(grown);
        expect(redactValue(once)).toEqual(once);
      }),
    );
    const keys = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, index]));
    expect(redactValue(redactValue(keys))).toEqual(redactValue(keys));
  });

  it('handles a circular value', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => JSON.stringify(redactValue(loop))).not.toThrow();
  });

  it('handles a getter that throws', () => {
    const unreadable = {
      get at() {
        throw new Error('no');
      },
    };
    expect(redactValue({ unreadable, a: 1 })).toEqual({ unreadable: '[unreadable]', a: 1 });
  });

  it('writes what JSON has no form for as text', () => {
    expect(
      redactValue({
        at: new Date(0),
        n: 1n,
        url: new URL('https://u:s3same@h.example/'),
        bytes: Buffer.from('s3same'),
        map: new Map([['password', 's3same']]),
        set: new Set(['a']),
      }),
    ).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      n: '1',
      url: 'https://[redacted]@h.example/',
      bytes: '[6 bytes]',
      map: { password: '[redacted]' },
      set: ['a'],
    });
  });
});

describe('what goes on record', () => {
  const people = {
    assignee: 'jane@example.com',
    note: 'ask jane@example.com',
    cc: ['a@b.example'],
  };

  it('keeps e-mail addresses as the ids of people, and a log does not, in any order', () => {
    for (const record of [recordedValue, recordedInput, recordedValue]) {
      expect(record(people)).toEqual(people);
      expect(JSON.stringify(redactValue(people))).not.toContain('@');
    }
  });

  it.each([
    [{ apiKey: 's3same' }, { apiKey: '[redacted]' }],
    [{ note: 'postgres://nba:s3same@db/x' }, { note: 'postgres://[redacted]@db/x' }],
    [{ 'jane@example.com': 1 }, { '[e-mail]': 1 }],
  ])('keeps no secret and no address as a key: %j', (value, clean) => {
    expect(recordedValue(value)).toEqual(clean);
    expect(recordedInput(value)).toEqual(clean);
  });

  it('keeps an input of up to 4000 characters, and cuts the rest as in a log', () => {
    const note = 'a note '.repeat(500);
    expect(recordedInput({ note })).toEqual({ note });
    expect(recordedInput({ note: note + note })).toEqual({
      note: `${(note + note).slice(0, 3999)}…`,
    });
    expect(recordedValue({ note })).toEqual({ note: `${note.slice(0, 499)}…` });
    expect(recordedInput({ ids: Array.from({ length: 25 }, (_, id) => id) })).toEqual({
      ids: [...Array.from({ length: 20 }, (_, id) => id), 'and 5 more'],
    });
  });
});

describe('the redaction of an error', () => {
  it('keeps its stack and not the secret in its message', () => {
    const error = redactError(new Error('postgres://u:s3same@h/d'));
    expect(JSON.stringify(error)).not.toContain('s3same');
    expect(error.stack).toContain('redaction.spec');
  });

  it('keeps all of it where the error is logged with others', () => {
    const deep = (left: number): Error => (left === 0 ? new Error('deep') : deep(left - 1));
    const error = redactError(deep(12));
    expect(String(error.stack).length).toBeGreaterThan(500);
    expect(redactValue({ err: error })).toEqual({ err: error });
  });

  it('does not mistake a line of its message for the stack', () => {
    const error = redactError(new Error('a\n    at password=s3same'));
    expect(JSON.stringify(error)).not.toContain('s3same');
  });

  it('follows its causes five deep, also in a circle', () => {
    const error = new Error('first');
    error.cause = new Error('second', { cause: error });
    let depth = 0;
    for (let at: unknown = redactError(error); at; at = (at as { cause?: unknown }).cause) depth++;
    expect(depth).toBe(5);
  });

  it('says what went wrong where only the errors in it do', () => {
    const error = new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')]);
    expect(redactError(error)).toMatchObject({ message: 'refused ::1; refused 127.0.0.1' });
  });

  it('keeps the code of the database', () => {
    const error = Object.assign(new Error('invalid input syntax for type integer: "s3same"'), {
      code: '22P02',
    });
    expect(redactError(error)).toMatchObject({
      code: '22P02',
      message: 'invalid input syntax for type integer: [redacted]',
    });
  });
});

describe('the text of what was thrown', () => {
  it('is its name and message in a line, and its stack, without secrets', () => {
    const lines = errorText(new TypeError('password=s3same')).split('\n');
    expect(lines[0]).toBe('TypeError: password=[redacted]');
    expect(lines[1]).toMatch(/^ {4}at /);
  });

  it.each([
    ['password=s3same', 'password=[redacted]'],
    [undefined, 'undefined'],
    [Object.create(null), '(no text)'],
  ])('is that of anything: %j', (thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });
});
