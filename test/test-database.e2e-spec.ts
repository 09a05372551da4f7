import { createTestDatabase } from './support/database.js';
import { query } from './support/embedded-probes.js';

describe('createTestDatabase', () => {
  it('gives each test a database of its own, several at once', async () => {
    const databases = await Promise.all([1, 2, 3].map(() => createTestDatabase()));
    await Promise.all(databases.map(({ url }) => query(url, 'CREATE TABLE mine ()')));
    const names = databases.map(({ url }) => new URL(url).pathname);
    expect(new Set(names).size).toBe(3);
    await Promise.all(databases.map((database) => database.drop()));
    await expect(query(databases[0]?.url ?? '', 'SELECT 1')).rejects.toMatchObject({
      code: '3D000',
    });
  });
});
