import { argon2id } from './argon2id.js';
import { PasswordHasher } from './password-hasher.js';

describe('argon2id', () => {
  it('derives what the reference implementation does', async () => {
    // Source: phc-winner-argon2, src/test.c: hashtest(version, 2, 16, 1, "password", "somesalt").
    const tag = await argon2id(
      'password',
      Buffer.from('somesalt'),
      { memory: 65_536, passes: 2, lanes: 1 },
      32,
    );
    expect(tag.toString('hex')).toBe(
      '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
    );
  });
});

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  it('takes the right password and no other', async () => {
    const hash = await hasher.hash('correct horse');
    expect(await hasher.verify(hash, 'correct horse')).toBe(true);
    expect(await hasher.verify(hash, 'correct horsf')).toBe(false);
  });

  it('salts: one password has two hashes', async () => {
    expect(await hasher.hash('same')).not.toBe(await hasher.hash('same'));
  });

  it('takes hashes that another implementation made, with parameters of their own', async () => {
    // Source: the test vector above, in the form that the reference implementation prints.
    const hash =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await hasher.verify(hash, 'password')).toBe(true);
    expect(await hasher.verify(hash, 'Password')).toBe(false);
  });

  it('refuses what is no such hash, without repeating it', async () => {
    await expect(hasher.verify('$2b$10$secret', 'x')).rejects.toThrow(/no argon2id hash/);
    await expect(hasher.verify('$2b$10$secret', 'x')).rejects.not.toThrow(/secret/);
  });
});
