import { databaseUrlProblem } from './database-url.js';

describe('the address of a database', () => {
  it.each([
    'postgres://nba@localhost/nba',
    'postgresql://nba:p%40ss%23@db.example.com:6432/nba?sslmode=verify-full&sslrootcert=/etc/ca.pem',
    'postgres://nba:s3same@[::1]:5432/nba',
    'postgres:///nba?host=/var/run/postgresql',
    'postgres://nba:p@ss@localhost/nba',
    'postgres://localhost/nba?application_name=a@b',
    'postgres://nba:s3same@%2Fvar%2Frun%2Fpostgresql/nba',
  ])('is taken: %s', (url) => {
    expect(databaseUrlProblem(url)).toBeUndefined();
  });

  it.each([
    ['mysql://s3same@host/nba', 'postgres:// URL'],
    ['host=localhost password=s3same', 'postgres:// URL'],
    ['postgres://nba:50%s3same@host/nba', '%25'],
    ['postgres://nba:s3same#w@host/nba', '%23'],
    ['postgres://nba:s3same w@host/nba', '%20'],
    ['postgres://nba:s3same/w@host/nba', '%2F'],
    ['postgres://nba:s3same?w@host/nba', '%3F'],
    ['postgres://nba:s3same@one,two/nba', 'several hosts'],
    ['postgres://nba:s3same@one:5432,two:5432/nba', 'several hosts'],
    ['postgres://nba:s3same@host:99999/nba', 'port from 1 to 65535'],
    ['postgres://nba:s3same@host:abc/nba', 'port from 1 to 65535'],
    ['postgres://nba:s3same@host:0/nba', 'port from 1 to 65535'],
    ['postgres://nba:s3same@/nba', 'must be a URL'],
    ['postgres://nba:s3same%ff@host/nba', 'must be a URL'],
  ])('is refused without its password: %s', (url, advice) => {
    const problem = databaseUrlProblem(url);
    expect(problem).toContain(advice);
    expect(problem).not.toContain('s3same');
  });
});
