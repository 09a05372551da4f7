import { unprivilegedAccount } from './server.account.js';

describe('unprivilegedAccount', () => {
  const nobody = 'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin';
  const postgres = 'postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash';

  it('prefers postgres to nobody', () => {
    expect(unprivilegedAccount(`${nobody}\n${postgres}\n`)).toEqual({ uid: 101, gid: 104 });
    expect(unprivilegedAccount(`root:x:0:0::/root:\n${nobody}`)).toEqual({
      uid: 65534,
      gid: 65533,
    });
  });

  it('reads a negative identity as the unsigned one that it is', () => {
    const account = unprivilegedAccount(
      'nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false',
    );
    expect(account).toEqual({ uid: 4294967294, gid: 4294967294 });
  });

  it('never falls back to root', () => {
    const advice = /start the application as a normal user, or set DATABASE_URL/;
    expect(() => unprivilegedAccount('root:x:0:0::/root:\npostgres:x:0:0:::')).toThrow(advice);
    expect(() => unprivilegedAccount('')).toThrow(advice);
  });
});
