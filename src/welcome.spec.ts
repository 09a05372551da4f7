import { welcome } from './welcome.js';

const secrets = {
  jwtSecret: 'x',
  admin: { email: 'operator@example.com', password: 'sesame' },
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

  it('reads the list where there is nothing to press', () => {
    expect(welcome('http://127.0.0.1:3000', secrets, undefined)).not.toContain('/execute');
  });
});
