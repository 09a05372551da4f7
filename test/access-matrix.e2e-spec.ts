import { SYSTEM_ACTOR } from '../src/kernel/actor.js';
import {
  isPermission,
  type Permission,
  permissionsOf,
  type Role,
} from '../src/kernel/permissions.js';
import { UsersService } from '../src/users/api/users.service.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createWebhook, storeFailedDeliveries } from './support/webhooks.js';
import { createNextAction, createWorkItem } from './support/builders.js';
import { type OpenApiDocument, type Operation, operationsOf } from './support/openapi.js';
import { ApiClient, beginningOf } from './support/requests.js';
import { addUser } from './support/users.js';

jest.setTimeout(120_000);

/** The scope that every request of the matrix is about. */
const ACME = { entityType: 'account', entityId: 'acme' };
const SCOPE = 'account/acme';

/** Who sends the requests of the matrix. */
interface Caller {
  readonly name: string;
  /** Undefined for a caller who is refused whatever the route. */
  readonly role?: Role;
  /** Whether the scope is granted. */
  readonly granted?: boolean;
  readonly client: ApiClient;
}

/** What a request of an operation about the scope is made of. */
interface Target {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: object | string | undefined;
}

/** Operations that refuse a foreign scope otherwise than by a 404, each with the reason. */
const OTHERWISE: Readonly<Record<string, readonly number[]>> = {
  // Nobody gives beyond their own: not the body's own scope is asked for, but that of the grant.
  'POST /api/users': [403],
  'POST /api/service-tokens': [403],
  'POST /api/webhooks': [403],
  // The error of a row.
  'POST /api/work-items/batch': [400],
  'POST /api/work-items/import': [400],
  'POST /api/next-actions/execute': [200],
  'POST /api/next-actions/undo': [200],
};

/** Makes things in the scope, and the requests about them. */
class Acme {
  constructor(private readonly app: TestApp) {}

  async targetOf(operation: Operation): Promise<Target> {
    const query: Record<string, string> = {};
    if (operation.parameters('query').includes('scope')) query.scope = SCOPE;
    if (operation.path === '/api/work-items/import') query.kind = 'reminder';
    return { path: await this.pathOf(operation), query, body: await this.bodyOf(operation) };
  }

  private async pathOf({ path }: Operation): Promise<Record<string, string>> {
    const { api } = this.app;
    const [, , resource = ''] = path.split('/');
    switch (resource) {
      case 'next-actions':
        if (path.includes('/suppressions/{id}')) return { id: await this.suppression() };
        if (path.includes('/playbook')) return { id: await this.ofRule(), key: 'ask_client' };
        if (path.includes('{executionId}')) return this.press();
        return path.includes('{id}') ? { id: (await createNextAction(api, ACME)).id } : {};
      case 'work-items': {
        const { externalId } = await createWorkItem(api, ACME);
        return { kind: 'reminder', externalId: encodeURIComponent(externalId) };
      }
      case 'leads': {
        const lead = await createWorkItem(api, { kind: 'intake_lead', ...ACME });
        return { externalId: encodeURIComponent(lead.externalId) };
      }
      case 'risk':
        return path.includes('{id}') ? { id: await this.openFlag() } : {};
      case 'jobs':
        return path.includes('{id}') ? { id: await this.job(path) } : {};
      case 'users':
        return path.includes('{id}') ? { id: await this.user() } : {};
      case 'service-tokens':
        return path.includes('{id}') ? { id: await this.token() } : {};
      case 'webhooks':
        return path.includes('{deliveryId}')
          ? this.delivery()
          : path.includes('{id}')
            ? { id: await this.webhook() }
            : {};
      default:
        return ACME;
    }
  }

  /** The document's example, about the scope where it names one. */
  private async bodyOf(operation: Operation): Promise<object | string | undefined> {
    const { textBody, bodyExamples, path } = operation;
    if (path === '/api/work-items/import') {
      return `externalId,title,state,entityType,entityId\n${crypto.randomUUID()},One,open,account,acme\n`;
    }
    if (textBody !== undefined) return textBody;
    const example = bodyExamples[0] as Record<string, unknown> | undefined;
    if (example === undefined) return undefined;
    if (path === '/api/work-items/batch') {
      const [item] = example.items as object[];
      return { items: [{ ...item, externalId: crypto.randomUUID(), ...ACME }] };
    }
    const properties = this.propertiesOf(operation);
    if (properties.includes('ids')) return { ...example, ids: [(await this.press()).id] };
    if (properties.includes('executionIds')) {
      return { executionIds: [(await this.press()).executionId] };
    }
    return {
      ...example,
      ...(properties.includes('entityType') ? ACME : {}),
      ...(properties.includes('scopes') ? { scopes: [SCOPE] } : {}),
      ...(properties.includes('email') && path.startsWith('/api/users')
        ? { email: `${crypto.randomUUID()}@example.com` }
        : {}),
      ...(properties.includes('dedupeKey') && !properties.includes('ruleKey')
        ? { dedupeKey: crypto.randomUUID() }
        : {}),
    };
  }

  /** The properties that a body may have. */
  propertiesOf({ body }: Operation): string[] {
    const name = body?.$ref?.split('/').at(-1) ?? '';
    return Object.keys(this.document.components.schemas[name]?.properties ?? {});
  }

  document!: OpenApiDocument;

  /** An execution of a button that can be taken back. */
  private async press(): Promise<{ id: string; executionId: string }> {
    const { id } = await createNextAction(this.app.api, ACME);
    const { body } = await this.app.api.press(id, 'snooze_1d').expect(200);
    return { id, executionId: (body as { executionId: string }).executionId };
  }

  private async openFlag(): Promise<string> {
    const [flag] = await this.app.rows<{ id: string }>(
      `INSERT INTO risk_flags (id, rule_key, dedupe_key, severity, title, reason, evidence, entity_type, entity_id,
         status, first_seen_at, last_seen_at)
       VALUES (gen_random_uuid(), 'retention_overdue', gen_random_uuid()::text, 'high', 'T', 'R', '[]', 'account',
         'acme', 'open', now(), now()) RETURNING id`,
    );
    return flag!.id;
  }

  /** An NBA with a playbook. */
  private async ofRule(): Promise<string> {
    const { id } = await createNextAction(this.app.api, ACME);
    await this.app.rows(
      `UPDATE next_best_actions SET created_by_rule = 'handoff_no_client_confirm' WHERE id = $1`,
      [id],
    );
    return id;
  }

  /** One that holds: the route may lift it. */
  private async suppression(): Promise<string> {
    const { body } = await this.app.api
      .post('/api/next-actions/suppressions', {
        ...ACME,
        dedupeKey: crypto.randomUUID(),
        for: '7d',
        reason: 'Not now.',
      })
      .expect(201);
    return (body as { id: string }).id;
  }

  /** A job in the state that the route asks for. */
  private async job(path: string): Promise<string> {
    const { id } = await createNextAction(this.app.api, ACME);
    await this.app.api.press(id, 'retry_failed_deliveries').expect(200);
    const { body } = await this.app.api.get('/api/jobs', { nextActionId: id }).expect(200);
    const jobId = (body as { items: { id: string }[] }).items[0]!.id;
    if (path.endsWith('/retry')) await this.app.api.post(`/api/jobs/${jobId}/cancel`).expect(200);
    return jobId;
  }

  private async user(): Promise<string> {
    return (await addUser(this.app, { scopes: [SCOPE] })).user.id;
  }

  private async token(): Promise<string> {
    const { body } = await this.app.api.post('/api/service-tokens', newToken(SCOPE)).expect(201);
    return (body as { id: string }).id;
  }

  private webhook(): Promise<string> {
    const body = { url: 'https://example.com/hooks', eventKeys: ['*'], scopes: [SCOPE] };
    return createWebhook(this.app.api, body);
  }

  /** A delivery that can be sent again. */
  private async delivery(): Promise<{ id: string; deliveryId: string }> {
    const id = await this.webhook();
    const [deliveryId = ''] = await storeFailedDeliveries(this.app, id, 1, ACME);
    return { id, deliveryId };
  }
}

function newToken(...scopes: string[]): object {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  return { name: 'A machine', role: 'operator', scopes, expiresAt };
}

describe('who may use which route', () => {
  let app: TestApp;
  let acme: Acme;
  let operations: Operation[];
  let callers: Caller[];
  beforeAll(async () => {
    app = await createTestApp({
      env: { WORKER: 'false', AUTH_CACHE_MS: '60000', WEBHOOK_TIMEOUT_MS: '50' },
    });
    const document = (await app.anonymous.get('/api/openapi.json')).body as OpenApiDocument;
    acme = Object.assign(new Acme(app), { document });
    operations = operationsOf(document);
    callers = await everyCaller(app);
  });
  afterAll(() => app.close());

  it('is said by every route', () => {
    const silent = operations.filter(
      ({ needsToken, described }) => needsToken !== isPermission(permissionIn(described)),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(operations.filter(({ needsToken }) => !needsToken).map(({ name }) => name)).toEqual([
      'POST /api/auth/login',
      'POST /api/auth/session',
      'GET /health/live',
      'GET /health/ready',
    ]);
  });

  it('follows from its permission, and from the scope', async () => {
    const wrong: string[] = [];
    for (const operation of operations.filter(({ needsToken }) => needsToken)) {
      for (const caller of callers) {
        const fault = await faultOf(operation, await acme.targetOf(operation), caller);
        if (fault !== undefined) wrong.push(`${operation.name} by ${caller.name} ${fault}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  async function faultOf(
    operation: Operation,
    target: Target,
    caller: Caller,
  ): Promise<string | undefined> {
    // A caller whose session the route ends is somebody new each time.
    const client = operation.described.tags?.includes('auth')
      ? await renewed(app, caller)
      : caller.client;
    const due = expectedOf(operation, target, caller);
    const { status, body } = await send(client, operation, target);
    if (due.includes(status)) return undefined;
    return `answers ${status} instead of ${due.join(' or ')}: ${JSON.stringify(body).slice(0, 200)}`;
  }

  /** The statuses that the permission of a route and the scope of a request allow. */
  function expectedOf(operation: Operation, target: Target, caller: Caller): readonly number[] {
    if (caller.role === undefined) return [401];
    const permission = permissionIn(operation.described) as Permission;
    const isService = caller.name.includes('service');
    const may =
      permissionsOf(caller.role).has(permission) && !(isService && permission === 'account.change');
    if (!may) return [403];
    const success = [200, 201, 204];
    if (caller.granted === true || !isAbout(operation, target)) return success;
    return OTHERWISE[operation.name] ?? [404];
  }

  /** Whether a request names the scope, or something in it. */
  function isAbout({ path, name }: Operation, { query, body }: Target): boolean {
    if (name in OTHERWISE || path.includes('{') || 'scope' in query) return true;
    return typeof body === 'object' && 'entityType' in body;
  }
});

function permissionIn(described: object): string {
  return String((described as { 'x-required-permission'?: string })['x-required-permission']);
}

async function send(client: ApiClient, operation: Operation, { path, query, body }: Target) {
  const url = operation.pathWith(path);
  const request = {
    get: client.get,
    post: client.post,
    put: client.put,
    patch: client.patch,
    delete: client.delete,
  }[operation.method as 'get'].call(client, url);
  request.query(query);
  if (operation.streams) beginningOf(request);
  if (body === undefined) return request;
  return request.type(operation.bodyType).send(body);
}

async function everyCaller(app: TestApp): Promise<Caller[]> {
  const user = async (role: Role, ...scopes: string[]) =>
    (await addUser(app, { role, scopes })).api;
  const service = async (...scopes: string[]) => {
    const { body } = await app.api.post('/api/service-tokens', newToken(...scopes)).expect(201);
    return body as { id: string; token: string };
  };
  const valid = await service(SCOPE);
  const revoked = await service('*');
  const disabled = await addUser(app, { role: 'admin' });
  const clientOf = ({ token }: { token: string }) => new ApiClient(app.url, token);
  // Both are cached before they end.
  await clientOf(revoked).get('/api/auth/me').expect(200);
  await disabled.api.get('/api/auth/me').expect(200);
  await app.api.delete(`/api/service-tokens/${revoked.id}`).expect(204);
  await app.get(UsersService).change(disabled.user.id, { disabled: true }, SYSTEM_ACTOR);
  return [
    { name: 'nobody', client: app.anonymous },
    { name: 'a disabled user', client: disabled.api },
    { name: 'a revoked service token', client: clientOf(revoked) },
    { name: 'a viewer', role: 'viewer', granted: true, client: await user('viewer', SCOPE) },
    {
      name: 'an operator of another scope',
      role: 'operator',
      granted: false,
      client: await user('operator', 'account/other', 'desk/*'),
    },
    { name: 'an operator', role: 'operator', granted: true, client: await user('operator', SCOPE) },
    {
      name: 'an operator of the type',
      role: 'operator',
      granted: true,
      client: await user('operator', 'account/*', 'desk/a'),
    },
    {
      name: 'an administrator of another scope',
      role: 'admin',
      granted: false,
      client: await user('admin', 'account/other'),
    },
    { name: 'an administrator of all', role: 'admin', granted: true, client: app.api },
    { name: 'a service token', role: 'operator', granted: true, client: clientOf(valid) },
  ];
}

/** The same caller in a session of its own. */
async function renewed(app: TestApp, { name, role, client }: Caller): Promise<ApiClient> {
  if (role === undefined || name.includes('service')) return client;
  return (await addUser(app, { role, password: 'correct horse battery staple' })).api;
}
