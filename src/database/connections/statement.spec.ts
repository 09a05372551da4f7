import { StatementNames } from './statement.js';

describe('the name of a prepared statement', () => {
  const names = new StatementNames(2);

  it('is one for one text, another for another, and short enough for PostgreSQL', () => {
    const one = names.of('SELECT 1');
    expect(names.of(['SELECT', '1'].join(' '))).toBe(one);
    expect(names.of('SELECT 2')).not.toBe(one);
    // NAMEDATALEN - 1
    expect(one?.length).toBeLessThanOrEqual(63);
  });

  it('is undefined for texts past the limit, so that memory does not grow without bound', () => {
    expect(names.of('SELECT 3')).toBeUndefined();
    expect(names.of('SELECT 1')).toBeDefined();
  });
});
