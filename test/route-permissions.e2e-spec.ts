import { Controller, Get } from '@nestjs/common';
import { Public } from '../src/http/access/public.js';
import { Requires } from '../src/http/access/requires.js';
import { createTestApp } from './support/app.js';

@Controller('silent')
class SilentController {
  @Get()
  get(): string {
    return 'open to whom?';
  }
}

@Public()
@Controller('contradictory')
class ContradictoryController {
  @Get()
  @Requires('users.manage')
  get(): string {
    return 'open to whom?';
  }
}

describe('a start', () => {
  it('is refused by a route that does not say who may use it', async () => {
    await expect(createTestApp({ controllers: [SilentController] })).rejects.toThrow(
      'SilentController.get does not say who may use it',
    );
  });

  it('is refused by a route that is public and demands a permission', async () => {
    await expect(createTestApp({ controllers: [ContradictoryController] })).rejects.toThrow(
      'ContradictoryController.get says in two ways who may use it',
    );
  });
});
