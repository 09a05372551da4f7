/**
 * The floor: what execute and list cost at least. Plain node:http and pg, written by hand, the same
 * token check, answers and rows as the server, one statement at a time, each prepared by name, no
 * framework.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { uuidv7 } from 'uuidv7';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../src/auth/token.js';
import { type Statement } from '../src/database/connections/statement.js';
import { COUNT_LIMIT } from '../src/http/paging/pagination.js';
import { seenScope } from '../src/kernel/grants.js';
import { listQueries } from '../src/next-actions/model/next-actions.list.js';
import { fingerprint } from '../src/next-actions/delivery/request-fingerprint.js';
import * as sql from './floor-statements.js';

const SECRET = process.env.JWT_SECRET ?? '';
const CURSOR_KEY = createHash('sha256').update(`cursor:${SECRET}`).digest();
const ACTION_TIMEOUT_MS = '15000';
/** The window in which a press of mark_done is a repeat. */
const DEDUPE_MS = 60_000;
const EXECUTE = /^\/api\/next-actions\/([0-9a-f-]{36})\/execute$/;

/** As long as the server caches a verified token: AUTH_CACHE_MS. */
const TOKEN_KNOWN_MS = 1000;

/** The buttons of every item of the list, as the server shows them: constants, which cost only their bytes. */
const BUTTONS = JSON.parse(process.env.LIST_BUTTONS ?? '[]') as object[];

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
/** The users of verified tokens, and until when they count, in ms since 1970. */
const known = new Map<string, { userId: string; until: number }>();

/** Runs a statement that its connection prepares once. */
function run<Row extends QueryResultRow>(
  client: Pool | PoolClient,
  { name, text }: Statement,
  values: unknown[] = [],
): Promise<QueryResult<Row>> {
  return client.query<Row>({ name, text, values });
}

/** The user of a token, who may still sign in. */
async function userOf(request: IncomingMessage): Promise<string | undefined> {
  const token = (request.headers.authorization ?? '').slice(7);
  const now = Date.now();
  const remembered = known.get(token);
  if (remembered && remembered.until > now) return remembered.userId;
  const verified = verify(token, now / 1000);
  if (!verified) return undefined;
  const { rows } = await run<{ id: string }>(pool, sql.FIND_USER, [verified.sub]);
  if (rows[0] === undefined) return undefined;
  const until = Math.min(now + TOKEN_KNOWN_MS, verified.exp * 1000);
  known.set(token, { userId: rows[0].id, until });
  return rows[0].id;
}

interface Claims {
  alg: string;
  iss: string;
  aud: string;
  sub: string;
  iat: number;
  exp: number;
}

/** What an HS256 token claims, if it is ours and its signature and times hold; times in s. */
function verify(token: string, now: number): Claims | undefined {
  const [head, payload, signature] = token.split('.');
  if (!head || !payload || !signature) return undefined;
  const expected = createHmac('sha256', SECRET).update(`${head}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const claims = { ...parsed(payload), ...parsed(head) } as Claims;
  const ours = claims.iss === TOKEN_ISSUER && claims.aud === TOKEN_AUDIENCE;
  const inTime = claims.exp > now && claims.iat < now + 30;
  return ours && inTime && claims.alg === 'HS256' ? claims : undefined;
}

function parsed(part: string): object {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
}

async function execute(id: string, actionKey: string, userId: string): Promise<object | undefined> {
  const client = await pool.connect();
  try {
    await run(client, sql.BEGIN);
    const answer = await press(client, id, actionKey, userId);
    await run(client, sql.COMMIT);
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

interface Locked {
  status: string;
  entityType: string;
  entityId: string;
  completedAt: Date | null;
  closedBy: string | null;
}

interface Earlier {
  now: Date;
  repeatOf: string | null;
}

async function press(
  client: PoolClient,
  id: string,
  actionKey: string,
  userId: string,
): Promise<object | undefined> {
  const requestHash = fingerprint({ nextActionId: id, actionKey });
  const locked = await run<Locked>(client, sql.LOCK, [id, ACTION_TIMEOUT_MS]);
  const [nextAction] = locked.rows;
  if (!nextAction) return undefined;
  const looked = await run<Earlier>(client, sql.LOOK, [id, actionKey, DEDUPE_MS, requestHash]);
  const [earlier] = looked.rows;
  if (!earlier) throw new Error('A SELECT without FROM returned no row.');
  const closedBy = nextAction.status === 'done' ? nextAction.closedBy : null;
  const before = closedBy ?? earlier.repeatOf;
  if (before !== null) return { ok: true, executionId: before };
  if (actionKey !== 'mark_done' || nextAction.status !== 'queued') return undefined;
  const began = performance.now();
  const executionId = uuidv7();
  const changes = {
    status: { from: nextAction.status, to: 'done' },
    completedAt: { from: nextAction.completedAt, to: earlier.now },
  };
  const finishedAt = new Date(earlier.now.getTime() + (performance.now() - began));
  await run(client, sql.UPDATE_NEXT_ACTION, [id, earlier.now, finishedAt, executionId]);
  await run(client, sql.INSERT_EXECUTION, [
    executionId,
    id,
    actionKey,
    earlier.now,
    finishedAt,
    JSON.stringify(changes),
    userId,
    requestHash,
  ]);
  await run(client, sql.INSERT_EVENT, [
    uuidv7(),
    userId,
    id,
    nextAction.entityType,
    nextAction.entityId,
    uuidv7(),
    finishedAt.getTime() - earlier.now.getTime(),
    JSON.stringify({ executionId, actionKey, result: {}, changes }),
    new Date(),
  ]);
  return { ok: true, executionId };
}

interface Row {
  id: string;
  score: number;
  createdAt: Date;
}

interface Count {
  total: number;
}

async function list(parameters: URLSearchParams): Promise<object> {
  const entityType = parameters.get('entityType') ?? '';
  const entityId = parameters.get('entityId') ?? '';
  const scopes = seenScope({ entityType, entityId });
  const filter = { scopes, statuses: ['queued'] } as const;
  const page = Number(parameters.get('page') ?? 1);
  const pageSize = Number(parameters.get('pageSize') ?? 25);
  const queries = listQueries(filter, { offset: (page - 1) * pageSize, limit: pageSize + 1 });
  const client = await pool.connect();
  let rows: Row[];
  let counted: number;
  try {
    rows = (await run<Row>(client, queries.page.statement, queries.page.values)).rows;
    const count = queries.total(COUNT_LIMIT);
    const counts = await run<Count>(client, count.statement, count.values);
    counted = counts.rows[0]!.total;
  } finally {
    client.release();
  }
  const items = rows.slice(0, pageSize).map((row) => ({ ...row, actions: BUTTONS }));
  const hasNext = rows.length > pageSize;
  const nextCursor = hasNext
    ? cursor({ scopes: String(scopes), statuses: filter.statuses }, items.at(-1)!, page + 1)
    : null;
  const totalIsExact = counted < COUNT_LIMIT;
  const total = totalIsExact ? counted : COUNT_LIMIT - 1;
  const totalPages = Math.ceil(total / pageSize);
  const hasPrev = page > 1;
  return {
    items,
    pagination: { page, pageSize, total, totalIsExact, totalPages, hasNext, hasPrev, nextCursor },
  };
}

function cursor(filter: object, last: Row, page: number): string {
  const position = [last.score, last.createdAt.toISOString(), last.id, page];
  const payload = Buffer.from(JSON.stringify(position)).toString('base64url');
  const signature = createHmac('sha256', CURSOR_KEY)
    .update(`next-actions:${JSON.stringify(filter)}\n${payload}`)
    .digest()
    .subarray(0, 16);
  return `${payload}.${signature.toString('base64url')}`;
}

async function bodyOf(request: IncomingMessage): Promise<{ actionKey: string }> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  if (path === '/health/ready') {
    send(response, 200, { status: 'ok' });
    return;
  }
  const userId = await userOf(request);
  if (userId === undefined) {
    send(response, 401, { code: 'TOKEN_INVALID' });
    return;
  }
  const id = request.method === 'POST' ? EXECUTE.exec(path)?.[1] : undefined;
  const result =
    id !== undefined
      ? await execute(id, (await bodyOf(request)).actionKey, userId)
      : path === '/api/next-actions'
        ? await list(new URLSearchParams(query))
        : undefined;
  if (result) send(response, 200, result);
  else send(response, 404, { code: 'NOT_FOUND' });
}

function send(response: ServerResponse, status: number, value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
  });
  response.end(body);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    send(response, 500, { code: 'INTERNAL_ERROR' });
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
