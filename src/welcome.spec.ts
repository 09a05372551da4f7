import { showWelcome, welcome } from './welcome.js';

const secrets = {
  jwtSecret: 'x',
  admin: { email: 'operator@example.com', password: 'sesame' },
  webhookEncryptionKeys: [],
  adminPasswordFile: "/tmp/it's here/admin-password",
};

describe('the welcome', () => {
  it('names the file of the password and never the password', () => {
    const text = welcome('http://127.0.0.1:3000', secrets, 'id');
    expect(text).toContain("/tmp/it's here/admin-password");
    expect(text).not.toContain('sesame');
  });

  it('quotes the path for the shell', () => {
    expect(welcome('http://127.0.0.1:3000', secrets, 'id')).toContain(
      `$(cat '/tmp/it'\\''s here/admin-password')`,
    );
  });

  it('has ten lines that a terminal shows whole', () => {
    const id = '01a20c27-9869-72c0-b35a-d39d238ae983';
    const lines = welcome('http://127.0.0.1:3000', secrets, id).trim().split('\n');
    expect(lines).toHaveLength(10);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(130);
  });

  it('names the console where there is one', () => {
    const text = welcome('http://127.0.0.1:3000', secrets, 'id', true);
    expect(text).toContain('Open http://127.0.0.1:3000 in a browser for the console');
    expect(text.trim().split('\n')).toHaveLength(10);
    expect(welcome('http://127.0.0.1:3000', secrets, 'id')).not.toContain('console');
  });

  it('reads the list where there is nothing to press', () => {
    expect(welcome('http://127.0.0.1:3000', secrets, undefined)).not.toContain('/execute');
  });

  it.each([
    ['on standard output in a terminal', true, ['output']],
    ['on standard error elsewhere, so that standard output stays JSON', false, ['errors']],
  ])('is shown %s', (_, isTTY, places) => {
    const written: string[] = [];
    const output = { isTTY, write: () => written.push('output') };
    showWelcome('hello', output, { write: () => written.push('errors') });
    expect(written).toEqual(places);
  });
});
