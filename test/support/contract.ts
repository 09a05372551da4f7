import supertest from 'supertest';
import { BODY_LIMIT } from '../../src/http/request/json-body.guard.js';
import { type ApiClient, beginningOf } from './requests.js';
import { AnswerSchemas, type OpenApiDocument, type Operation, operationsOf } from './openapi.js';

type Values = Readonly<Record<string, string>>;

/** What a request has besides its path. */
interface Parts {
  readonly body?: string | undefined;
  readonly query?: Values;
  readonly headers?: Values;
}

interface EventOnRecord {
  readonly id: string;
  readonly eventKey: string;
  readonly actorId: string | null;
}

/** Parameters of the path that name nothing, where the operation does not create it. */
function nobody(operation: Operation): Values {
  const id = '00000000-0000-7000-8000-000000000000';
  return Object.fromEntries(operation.parameters('path').map((name) => [name, id]));
}

/** How many resources are tried until one is in a state in which the operation succeeds. */
const TRIES = 40;

/**
 * Calls every operation of a server's OpenAPI document and checks the answers against it. No operation is
 * named here: values of path parameters come from the server's own lists, and bodies from the document's
 * examples.
 */
export class Contract {
  /** Events that earlier requests left. */
  private readonly seenEvents = new Set<string>();

  private constructor(
    readonly document: OpenApiDocument,
    readonly operations: readonly Operation[],
    private readonly schemas: AnswerSchemas,
    private readonly api: ApiClient,
    private readonly anonymous: ApiClient,
    private readonly newcomer: () => Promise<ApiClient>,
  ) {}

  /** `newcomer` signs somebody new in, whose session an operation may end. */
  static async of(
    api: ApiClient,
    anonymous: ApiClient,
    newcomer: () => Promise<ApiClient>,
  ): Promise<Contract> {
    const document = (await anonymous.get('/api/openapi.json').expect(200)).body as OpenApiDocument;
    const operations = operationsOf(document);
    return new Contract(
      document,
      operations,
      new AnswerSchemas(document),
      api,
      anonymous,
      newcomer,
    );
  }

  /** What the document leaves out: a summary, a success, the schema or form of an answer. */
  undocumented(): string[] {
    return this.operations.flatMap(({ name, described, needsToken, streams }) => {
      const missing: string[] = [];
      const responses = Object.entries(described.responses);
      if (!described.summary) missing.push('has no summary');
      if (!responses.some(([status]) => status.startsWith('2'))) missing.push('has no success');
      for (const [status, { content = {} }] of responses) {
        const success = streams ? 'text/event-stream' : 'application/json';
        const form = Number(status) < 400 ? success : 'application/problem+json';
        if (status !== '204' && !content[form]?.schema) missing.push(`has no schema of ${status}`);
      }
      if (needsToken && !described.responses[401]) missing.push('does not document 401');
      return missing.map((what) => `${name} ${what}`);
    });
  }

  /** Routes (`GET /api/things/{id}`) that are served and not documented. */
  unknownTo(served: readonly string[]): string[] {
    const documented = new Set(this.operations.map(({ name }) => name));
    return served.filter((route) => !documented.has(route));
  }

  /** Operations that answer without a token, or refuse otherwise than documented. */
  strangers(): Promise<string[]> {
    return this.each(async (operation) => {
      const [body] = bodiesOf(operation);
      const answer = await this.send(this.anonymous, operation, {}, { body });
      if (operation.needsToken && answer.status !== 401) {
        return `answers ${answer.status} without a token`;
      }
      if (!operation.needsToken && answer.body.code === 'TOKEN_REQUIRED') return 'asks for a token';
      return operation.needsToken ? this.problemOf(operation, answer) : undefined;
    });
  }

  /**
   * Operations that have no success, or one unlike its schema, for what the API page prefills: each of their
   * examples, with their examples of parameters and headers.
   */
  successes(): Promise<string[]> {
    return this.each(async (operation) => {
      for (const body of await this.bodiesFor(operation)) {
        const problem = await this.success(operation, body);
        if (problem !== undefined) return problem;
      }
      return undefined;
    });
  }

  private async success(operation: Operation, body?: string): Promise<string | undefined> {
    const prefilled = {
      body,
      query: operation.prefilled('query'),
      headers: operation.prefilled('header'),
    };
    let refused = 'found nothing to work on';
    const known = await this.valuesFor(operation);
    const caller = await this.callerOf(operation);
    for (const values of [operation.prefilled('path'), ...known].slice(0, TRIES)) {
      const answer = await this.send(caller, operation, values, prefilled);
      const problem = this.problemOf(operation, answer);
      if (problem !== undefined || answer.status < 300) return problem;
      refused = `answers ${answer.status} ${JSON.stringify(answer.body)} to its own example`;
    }
    return refused;
  }

  /**
   * Operations that change something and leave no event with the caller as its actor, or leave one of a
   * request that they refused. A wrong sign-in is refused and on record, with nobody as its actor.
   */
  async unrecorded(): Promise<string[]> {
    const changing = this.operations.filter(({ method }) => method !== 'get');
    return this.each(async (operation) => {
      const caller = await this.callerOf(operation);
      const me = (await caller.get('/api/auth/me').expect(200)).body as { id: string };
      for (const { id } of await this.newestEvents()) this.seenEvents.add(id);
      const [values = {}, ...others] = (await this.valuesFor(operation)).slice(0, TRIES);
      const [body] = await this.bodiesFor(operation);
      const refusals = [() => this.send(this.anonymous, operation, values, { body })];
      if (operation.body) {
        refusals.push(() => this.send(caller, operation, values, { body: '{"no_such_field":1}' }));
      }
      if (operation.parameters('path').length > 0) {
        refusals.push(() => this.send(caller, operation, nobody(operation), { body }));
      }
      const requests = others.map((one) => () => this.send(caller, operation, one, { body }));
      let fault = 'never succeeds';
      for (const request of [
        ...refusals,
        () => this.send(caller, operation, values, { body }),
        ...requests,
      ]) {
        const { status, events } = await this.recordOf(request);
        const known = events.find(({ actorId }) => actorId !== null);
        if (status >= 400 && known) return `leaves ${known.eventKey} of a refused request`;
        if (status >= 300) continue;
        if (events.some(({ actorId }) => actorId === me.id)) return undefined;
        fault = 'leaves no event with its actor';
      }
      return fault;
    }, changing);
  }

  /** Who calls an operation: somebody new where it may end the session of its caller. */
  private callerOf({ needsToken, described }: Operation): Promise<ApiClient> {
    const ends = needsToken && described.tags?.includes('auth') === true;
    return ends ? this.newcomer() : Promise.resolve(this.api);
  }

  /** The status of a request, and the events that it left. */
  private async recordOf(
    request: () => Promise<supertest.Response>,
  ): Promise<{ status: number; events: EventOnRecord[] }> {
    const { status } = await request();
    const events = (await this.newestEvents()).filter(({ id }) => !this.seenEvents.has(id));
    for (const { id } of events) this.seenEvents.add(id);
    return { status, events };
  }

  private async newestEvents(): Promise<readonly EventOnRecord[]> {
    const { body } = await this.api.get('/api/ops-events', { pageSize: 100 }).expect(200);
    return (body as { items: EventOnRecord[] }).items;
  }

  /** Operations that accept malformed input, or refuse it otherwise than documented. */
  malformed(): Promise<string[]> {
    return this.each(async (operation) => {
      const [values = {}] = await this.valuesFor(operation);
      const caller = await this.callerOf(operation);
      const answers = [];
      if (operation.body) {
        for (const body of ['{"broken', '[]', '{"no_such_field":1}']) {
          answers.push(await this.send(caller, operation, values, { body }));
        }
      }
      const [body] = bodiesOf(operation);
      const query = { no_such_filter: '1' };
      answers.push(await this.send(caller, operation, values, { body, query }));
      const inPath = operation.parameters('path');
      for (const value of inPath.length > 0 ? ['%00', '%ff', 'x'.repeat(300)] : []) {
        const wrong = Object.fromEntries(inPath.map((name) => [name, value]));
        answers.push(await this.send(caller, operation, wrong, { body }));
      }
      for (const answer of answers) {
        if (![400, 404].includes(answer.status))
          return `answers ${answer.status} to malformed input`;
        const problem = this.problemOf(operation, answer);
        if (problem !== undefined) return problem;
      }
      return undefined;
    });
  }

  /** Operations that take a body which is not read, or refuse it otherwise than documented; DELETE, too. */
  unread(): Promise<string[]> {
    const taking = this.operations.filter(({ method }) => method !== 'get');
    return this.each(async (operation) => {
      const [values = {}] = await this.valuesFor(operation);
      const caller = await this.callerOf(operation);
      const latin = { 'Content-Type': 'application/json; charset=latin1' };
      const bodies = [
        [[415], { body: '{}', headers: latin }],
        // A route with a larger limit reads it, and finds an unknown field.
        [[413, 400], { body: JSON.stringify({ no_such_field: 'x'.repeat(BODY_LIMIT) }) }],
      ] as const;
      for (const [due, parts] of bodies) {
        const answer = await this.send(caller, operation, values, parts);
        if (!due.some((status) => status === answer.status)) {
          return `answers ${answer.status} instead of ${due[0]}`;
        }
        const problem = this.problemOf(operation, answer);
        if (problem !== undefined) return problem;
      }
      return undefined;
    }, taking);
  }

  private async each(
    check: (operation: Operation) => Promise<string | undefined>,
    operations = this.operations,
  ): Promise<string[]> {
    const found: string[] = [];
    for (const operation of operations) {
      const problem = await check(operation);
      if (problem !== undefined) found.push(`${operation.name} ${problem}`);
    }
    return found;
  }

  private problemOf(operation: Operation, answer: supertest.Response): string | undefined {
    const { status, headers, type, body } = answer;
    if (headers['ratelimit-limit'] !== undefined && !operation.described.responses[429]) {
      return 'is limited and does not document 429';
    }
    if (status === 201 && headers.location === undefined) return 'answers 201 without a Location';
    return this.schemas.problemOf(operation, status, type, body);
  }

  private async send(
    client: ApiClient,
    operation: Operation,
    values: Values,
    { body, query = {}, headers = {} }: Parts = {},
  ): Promise<supertest.Response> {
    const agent = supertest(client.url) as unknown as Record<
      string,
      (path: string) => supertest.Test
    >;
    const test = agent[operation.method]!(operation.pathWith(values)).query(query);
    if (client.token !== undefined) test.set('Authorization', `Bearer ${client.token}`);
    if (body !== undefined) test.type(operation.bodyType);
    if (operation.streams) beginningOf(test);
    return test.set({ Origin: client.url, ...headers }).send(body);
  }

  /** The items of a list that belongs to another resource, with the parameters of their list's path. */
  private async itemsIn(path: string): Promise<{ values: Values; id: string }[]> {
    const list = this.operations.find((one) => one.method === 'get' && one.path === path);
    if (!list) return [];
    const found = [];
    for (const values of await this.valuesFor(list)) {
      const { body } = await this.send(this.api, list, values);
      const { items = [] } = body as { items?: { id: string }[] };
      found.push(...items.map(({ id }) => ({ values, id })));
    }
    return found;
  }

  /**
   * The bodies that the document shows. Ids in a list name something: `ids` the items of the list above the
   * operation, `executionIds` the `executions` of those.
   */
  private async bodiesFor(operation: Operation): Promise<(string | undefined)[]> {
    const above = operation.path.slice(0, operation.path.lastIndexOf('/'));
    const filled = bodiesOf(operation).map(async (text) => {
      const [, field, inner] = /"((\w+)Ids|ids)":\[/.exec(text ?? '') ?? [];
      if (text === undefined || field === undefined) return text;
      const path = inner === undefined ? above : `${above}/{id}/${inner}s`;
      const known = (await this.itemsIn(path)).map(({ id }) => id);
      // The first have been pressed, the last have not.
      const ids = inner === undefined ? known.slice(-2) : known.slice(0, 100);
      return JSON.stringify({ ...(JSON.parse(text) as object), [field]: ids });
    });
    return Promise.all(filled);
  }

  /** Values of the path's parameters: from the list that the path begins with, else from any list. */
  private async valuesFor(operation: Operation): Promise<Values[]> {
    const names = operation.parameters('path');
    if (names.length === 0) return [{}];
    const [, nested, inner] = /^(.*\}\/[^{}]+)\/\{(\w+)\}/.exec(operation.path) ?? [];
    const listed = this.operations.some(({ method, path }) => method === 'get' && path === nested);
    if (listed && nested !== undefined && inner !== undefined) {
      return (await this.itemsIn(nested)).map(({ values, id }) => ({ ...values, [inner]: id }));
    }
    const ownList = operation.path.slice(0, operation.path.indexOf('/{'));
    const lists = this.operations.filter(
      ({ method, path }) => method === 'get' && !path.includes('{') && path !== operation.path,
    );
    const own = lists.filter(({ path }) => path === ownList);
    const found: Values[] = [];
    const examples = operation.prefilled('path');
    for (const list of own.length > 0 ? own : lists.filter(({ needsToken }) => needsToken)) {
      // An action may work on what is snoozed alone.
      const all: Record<string, string> = list.parameters('query').includes('snoozed')
        ? { snoozed: 'all' }
        : {};
      const { body } = await this.send(this.api, list, {}, { query: all });
      const { items = [] } = body as { items?: Record<string, unknown>[] };
      for (const item of items) {
        const values = { ...examples, ...item } as Record<string, unknown>;
        if (!names.some((name) => typeof item[name] === 'string')) continue;
        if (!names.every((name) => typeof values[name] === 'string')) continue;
        found.push(
          Object.fromEntries(names.map((name) => [name, encodeURIComponent(String(values[name]))])),
        );
      }
    }
    return found;
  }
}

/** The bodies that the document shows; one that is undefined for an operation without a body. */
function bodiesOf({ bodyExamples, textBody }: Operation): (string | undefined)[] {
  const bodies = bodyExamples.map((example) => JSON.stringify(example));
  return bodies.length > 0 ? bodies : [textBody];
}
