import { type QueryResult } from 'pg';
import { DATABASE_TRIPS } from '../../kernel/observation/operations.js';
import { nameOfQuery, RoundTrips } from './round-trips.js';

const SERVER = { host: 'db', port: 5432, database: 'nba' };
const ANSWER = Promise.resolve({} as QueryResult);
const turn = () => new Promise(setImmediate);

describe('the round trips of a connection', () => {
  const seen: { statements: readonly string[]; ended: string }[] = [];
  let end: () => void;
  beforeEach(() => {
    seen.length = 0;
    end = DATABASE_TRIPS.observe((facts, work) => {
      const result = work();
      const note = (ended: string) => seen.push({ statements: facts.statements, ended });
      (result as Promise<void>).then(
        () => note('answered'),
        (error: unknown) => note((error as Error).message),
      );
      return result;
    });
  });
  afterEach(() => end());

  it('are what is sent in one turn of the event loop', async () => {
    const trips = new RoundTrips();
    trips.note(SERVER, 'BEGIN', ANSWER);
    trips.note(SERVER, 'lock', ANSWER);
    await turn();
    trips.note(SERVER, 'COMMIT', ANSWER);
    await turn();
    expect(seen).toEqual([
      { statements: ['BEGIN', 'lock'], ended: 'answered' },
      { statements: ['COMMIT'], ended: 'answered' },
    ]);
  });

  it('end with the last answer, and with the first error', async () => {
    const trips = new RoundTrips();
    let answer: (result: QueryResult) => void = () => undefined;
    trips.note(SERVER, 'write', Promise.reject(new Error('first')));
    trips.note(SERVER, 'read', Promise.reject(new Error('second')));
    trips.note(SERVER, 'last', new Promise((resolve) => (answer = resolve)));
    await turn();
    expect(seen).toEqual([]);
    answer({} as QueryResult);
    await turn();
    expect(seen).toEqual([{ statements: ['write', 'read', 'last'], ended: 'first' }]);
  });
});

describe('the name of a statement', () => {
  it.each([
    [{ name: 'lock_next_action', text: 'SELECT 1' }, 'lock_next_action'],
    [{ text: "SELECT * FROM users WHERE name = 's3same'" }, 'SELECT'],
    ['\n  begin isolation level read committed', 'BEGIN'],
    ['/* s3same */ SELECT 1', 'STATEMENT'],
  ])('of %j is %s', (query, name) => {
    expect(nameOfQuery(query)).toBe(name);
  });
});
