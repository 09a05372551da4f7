import { randomBytes } from 'node:crypto';
import { passwordProblem, secretProblem } from './secret-strength.js';

describe('a password', () => {
  it.each([
    'correct horse battery staple',
    'tr0ub4dour&3xyz',
    randomBytes(9).toString('base64url'),
  ])('may be %s', async (password) => {
    expect(await passwordProblem(password)).toBeUndefined();
  });

  it.each([
    ['elevenchars', 'must be at least 12 characters long'],
    ['x'.repeat(1025), 'must be at most 1024 characters long'],
    ['password1234', 'is too easy to guess'],
    ['Password2024!', 'is too easy to guess'],
    ['123456789012', 'is too easy to guess'],
    ['aaaaaaaaaaaa', 'is too easy to guess'],
  ])('must not be %s', async (password, problem) => {
    expect(await passwordProblem(password)).toContain(problem);
  });

  it('must not be made of its owner’s address', async () => {
    const about = ['zanzibar.quux@example.com'];
    expect(await passwordProblem('Zanzibar.Quux1', about)).toContain('is too easy to guess');
    expect(await passwordProblem('Zanzibar.Quux1')).toBeUndefined();
  });
});

describe('a secret', () => {
  it.each([
    [16, 'hex'],
    [24, 'base64'],
    [24, 'base64url'],
    [300, 'base64url'],
  ] as const)('may be %i random bytes in %s', async (bytes, encoding) => {
    expect(await secretProblem(randomBytes(bytes).toString(encoding))).toBeUndefined();
  });

  it.each([
    'a'.repeat(64),
    'abcd'.repeat(8),
    '12345678901234567890123456789012',
    'abcdefghijklmnopqrstuvwxyzabcdef',
    'your-256-bit-secret-your-256-bit-secret',
    'this-is-my-super-secret-jwt-key-please',
    'hello world hello world hello world',
  ])('must not be %s', async (secret) => {
    expect(await secretProblem(secret)).toEqual(expect.any(String));
  });
});
