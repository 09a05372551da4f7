import { Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Router } from 'express';
import { CurrentActor } from '../src/http/access/current-actor.js';
import { Public } from '../src/http/access/public.js';
import { Requires } from '../src/http/access/requires.js';
import { type Actor } from '../src/kernel/actor.js';
import { ConflictError } from '../src/kernel/errors/domain-error.js';
import { TransactionRunner } from '../src/database/transactions/transaction-runner.js';
import { ApiProblems } from '../src/http/problems/api-problems.js';
import { DemoLoader } from '../src/demo/demo.loader.js';
import { ScopeFields } from '../src/http/scope.dto.js';
import { createTestApp, OPERATOR, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { addUser } from './support/users.js';
import { createWebhook, storeFailedDeliveries } from './support/webhooks.js';
import { Contract } from './support/contract.js';

/** The document itself, and its page. */
const DOCUMENT = /^GET \/api(\/(docs|openapi\.(json|yaml))|$)/;

/** Every route that the application serves, as the document would name it. */
function servedRoutes(app: TestApp): string[] {
  const { router } = app.nest.getHttpAdapter().getInstance() as { router: Router };
  return router.stack
    .flatMap(({ route }) => {
      if (!route) return [];
      const { methods } = route as unknown as { methods: Record<string, boolean> };
      const path = route.path.replace(/:(\w+)/g, '{$1}');
      // One that answers every method is Nest's own: what the global prefix leaves out.
      const names = Object.keys(methods);
      return names.length > 5 ? [] : names.map((method) => `${method.toUpperCase()} ${path}`);
    })
    .filter((name) => !DOCUMENT.test(name));
}

/** Something in every state that an operation may ask for. */
async function seed(app: TestApp): Promise<void> {
  await app.get(DemoLoader).load(new Date());
  for (let index = 0; index < 2; index++) {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'retry_failed_deliveries').expect(200);
  }
  // First in the list, and taken back by the walk.
  for (let index = 0; index < 4; index++) {
    const { id } = await createNextAction(app.api, { score: 100, priority: 'critical' });
    await app.api.press(id, 'mark_done').expect(200);
  }
  // The walk deletes one.
  for (let index = 0; index < 3; index++) {
    const url = `https://hooks.example.com/${index}`;
    const id = await createWebhook(app.api, { url, eventKeys: ['*'] });
    await storeFailedDeliveries(app, id, 3);
  }
  const { body } = await app.api.get('/api/jobs').expect(200);
  await app.api.post(`/api/jobs/${body.items[0].id}/cancel`).expect(200);
}

/** Signs a new user in, with the password that the examples of the document have. */
const newcomerOf = (app: TestApp) => async () =>
  (await addUser(app, { role: 'viewer', password: OPERATOR.password })).api;

describe('the contract', () => {
  let app: TestApp;
  let contract: Contract;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false', WEBHOOK_TIMEOUT_MS: '50' } });
    await seed(app);
    contract = await Contract.of(app.api, app.anonymous, newcomerOf(app));
  });
  afterAll(() => app.close());

  it('describes every route that is served', () => {
    const served = servedRoutes(app);
    expect(contract.unknownTo(served)).toEqual([]);
    expect(contract.operations).toHaveLength(served.length);
  });

  it('describes every answer, errors as problem documents', () => {
    expect(contract.undocumented()).toEqual([]);
  });

  it('answers 401 without a token', async () => {
    expect(await contract.strangers()).toEqual([]);
  });

  it('answers its own examples as it describes', async () => {
    expect(await contract.successes()).toEqual([]);
  }, 60_000);

  it('answers malformed input with a problem document', async () => {
    expect(await contract.malformed()).toEqual([]);
  });

  it('answers a body that it does not read as it describes', async () => {
    expect(await contract.unread()).toEqual([]);
  });
});

/** Changes something and says nothing; or refuses, and says that it did it. */
@Controller('silent')
@Requires('account.read')
class SilentController {
  constructor(private readonly transactions: TransactionRunner) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Says nothing' })
  @ApiOkResponse({ type: ScopeFields })
  @ApiProblems(400)
  silent(): object {
    return {};
  }

  @Put()
  @ApiOperation({ summary: 'Says too much' })
  @ApiOkResponse({ type: ScopeFields })
  @ApiProblems(409)
  async refuses(@CurrentActor() actor: Actor): Promise<never> {
    await this.transactions.run((tx) => {
      const about = { sourceType: null, sourceId: null, status: 'success' } as const;
      const meta = { created: true, entityType: 'account', entityId: 'acme' };
      tx.publish('nba.upsert', { ...about, actorId: actor.id, requestId: null, meta });
      return Promise.resolve();
    });
    throw new ConflictError('NOT_NOW', 'Not now.');
  }
}

/** Answers unlike its schema, and takes anything for an id. */
@Controller('liars')
@Requires('account.read')
class LiarsController {
  @Get()
  @ApiOperation({ summary: 'Says less than it answers' })
  @ApiOkResponse({ type: ScopeFields })
  list(): object {
    return { items: [{ id: 'one' }], undocumented: true };
  }

  @Post(':id')
  @HttpCode(202)
  @ApiOperation({ summary: 'Answers a status of its own' })
  @ApiOkResponse({ type: ScopeFields })
  @ApiProblems(404)
  change(@Param('id') id: string): object {
    return { entityId: id };
  }

  @Get('bare')
  bare(): object {
    return {};
  }

  @Public()
  @Get('open')
  @ApiOperation({ summary: 'Lets strangers in' })
  @ApiOkResponse({ type: ScopeFields })
  open(): object {
    return {};
  }

  @Get('hidden')
  @ApiExcludeEndpoint()
  hidden(): object {
    return {};
  }
}

describe('the record that the contract asks for', () => {
  let app: TestApp;
  let contract: Contract;
  beforeAll(async () => {
    app = await createTestApp({ env: { WORKER: 'false' }, controllers: [SilentController] });
    await seed(app);
    contract = await Contract.of(app.api, app.anonymous, newcomerOf(app));
  });
  afterAll(() => app.close());

  it('is an event with its actor of every route that changes something, none of a refused one', async () => {
    expect(await contract.unrecorded()).toEqual([
      'POST /api/silent leaves no event with its actor',
      'PUT /api/silent leaves nba.upsert of a refused request',
    ]);
  }, 60_000);
});

describe('the contract of a route that breaks it', () => {
  let app: TestApp;
  let contract: Contract;
  beforeAll(async () => {
    app = await createTestApp({ controllers: [LiarsController] });
    contract = await Contract.of(app.api, app.anonymous, newcomerOf(app));
  });
  afterAll(() => app.close());

  const aboutLiars = (problems: string[]) => problems.filter((text) => text.includes('liars'));

  it('names a route that the document leaves out', () => {
    expect(contract.unknownTo(servedRoutes(app))).toEqual(['GET /api/liars/hidden']);
  });

  it('names a route without a description or schema', () => {
    expect(contract.undocumented()).toEqual([
      'GET /api/liars/bare has no summary',
      'GET /api/liars/bare has no schema of 200',
    ]);
  });

  it('names a route that answers without a token', async () => {
    expect(await contract.strangers()).toEqual(['GET /api/liars/open answers 200 without a token']);
  });

  it('names a route whose answers are not those that it describes', async () => {
    expect(aboutLiars(await contract.successes())).toEqual([
      expect.stringMatching(/^GET \/api\/liars answers 200 unlike its schema: .*additional prop/),
      'POST /api/liars/{id} answers 202, which is not documented',
      'GET /api/liars/bare documents no content of its 200',
    ]);
  });

  it('names a route that takes malformed input', async () => {
    expect(aboutLiars(await contract.malformed())).toEqual([
      'POST /api/liars/{id} answers 202 to malformed input',
    ]);
  });
});
