import { Injectable } from '@nestjs/common';
import { createTestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { ServerProcess } from './support/server-process.js';

@Injectable()
class Letterbox {}

describe('a dependency that is missing', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('is said once, with the class and the module, and nothing else is', async () => {
    const server = ServerProcess.spawn(database.url, {}, 'test/fixtures/wiring-fault.ts');
    expect(await server.exit()).toBe(1);
    expect(server.log).toBe(
      'The server did not start. NeedsLetterboxAction needs Letterbox (argument 1), which NextActionsModule does not have: list Letterbox in the providers of NextActionsModule, or import the module that exports it.\n',
    );
  });

  it('is the same sentence in a suite', async () => {
    @Injectable()
    class NeedsLetterbox {}
    const provider = {
      provide: NeedsLetterbox,
      inject: [Letterbox],
      useFactory: () => new NeedsLetterbox(),
    };
    await expect(createTestApp({ providers: [provider], database })).rejects.toThrow(
      /^NeedsLetterbox needs Letterbox \(argument 1\), which RootTestModule does not have: list /,
    );
  });
});
