/**
 * The floor: what execute and list cost at least. Plain node:http and pg, written by hand, the same
 * token check, statements and answers as the server, one statement at a time, no framework.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool, type PoolClient } from 'pg';
import { uuidv7 } from 'uuidv7';
import { INSERT_EVENTS } from '../src/database/transactions/insert-events.sql.js';
import { listQueries } from '../src/next-actions/model/next-actions.list.js';
import {
  FIND_EARLIER,
  LOCK,
  RECORDED,
  recordStatement,
} from '../src/next-actions/delivery/executions.sql.js';
import { fingerprint } from '../src/next-actions/delivery/request-fingerprint.js';

const SECRET = process.env.JWT_SECRET ?? '';
const CURSOR_KEY = createHash('sha256').update(`cursor:${SECRET}`).digest();
const ACTION_TIMEOUT_MS = '15000';
const EXECUTE = /^\/api\/next-actions\/([0-9a-f-]{36})\/execute$/;

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

/** The user of an HS256 token whose signature and times hold. */
function userOf(request: IncomingMessage): string | undefined {
  const [head, payload, signature] = (request.headers.authorization ?? '').slice(7).split('.');
  if (!head || !payload || !signature) return undefined;
  const expected = createHmac('sha256', SECRET).update(`${head}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { alg } = parsed(head) as { alg: string };
  const { sub, iat, exp } = parsed(payload) as { sub: string; iat: number; exp: number };
  const now = Date.now() / 1000;
  return alg === 'HS256' && exp > now && iat < now + 30 ? sub : undefined;
}

function parsed(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

async function execute(id: string, actionKey: string, userId: string): Promise<object | undefined> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const answer = await press(client, id, actionKey, userId);
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

async function press(
  client: PoolClient,
  id: string,
  actionKey: string,
  userId: string,
): Promise<object | undefined> {
  const locked = await client.query(LOCK.text, [id, ACTION_TIMEOUT_MS]);
  if (locked.rowCount === 0) return undefined;
  const requestHash = fingerprint({ nextActionId: id, actionKey });
  const [earlier] = (
    await client.query<{ now: Date; repeatOf: string | null }>(FIND_EARLIER.text, [
      id,
      actionKey,
      60_000,
      requestHash,
    ])
  ).rows;
  if (!earlier) throw new Error('A SELECT without FROM returned no row.');
  if (earlier.repeatOf !== null) return { ok: true, executionId: earlier.repeatOf };
  const began = performance.now();
  const executionId = uuidv7();
  const finishedAt = new Date(earlier.now.getTime() + (performance.now() - began));
  const changes = {
    status: { from: 'queued', to: 'done' },
    completedAt: { from: null, to: earlier.now },
  };
  const execution = {
    id: executionId,
    nextActionId: id,
    actionKey,
    status: 'success' as const,
    startedAt: earlier.now,
    finishedAt,
    errorCode: null,
    errorMessage: null,
    input: null,
    changes,
    meta: {},
    actorId: userId,
    requestHash,
  };
  await client.query(recordStatement(['status', 'completedAt']).text, [
    ...RECORDED.values(execution),
    'done',
    earlier.now,
  ]);
  const event = {
    id: uuidv7(),
    level: 'info',
    eventKey: 'nba.delivery.executed',
    status: 'success',
    actorId: userId,
    requestId: uuidv7(),
    sourceType: 'next_action',
    sourceId: id,
    durationMs: finishedAt.getTime() - earlier.now.getTime(),
    meta: { executionId, actionKey, result: {}, changes },
    createdAt: new Date(),
  };
  await client.query(INSERT_EVENTS.text, [JSON.stringify([event])]);
  return { ok: true, executionId };
}

interface Row {
  id: string;
  score: number;
  createdAt: Date;
}

async function list(parameters: URLSearchParams): Promise<object> {
  const filter = {
    entityType: parameters.get('entityType') ?? '',
    entityId: parameters.get('entityId') ?? '',
    status: 'queued' as const,
  };
  const page = Number(parameters.get('page') ?? 1);
  const pageSize = Number(parameters.get('pageSize') ?? 25);
  const queries = listQueries(filter, { offset: (page - 1) * pageSize, limit: pageSize + 1 });
  const client = await pool.connect();
  let rows: Row[];
  let total: number;
  try {
    rows = (await client.query<Row>(queries.page.statement.text, queries.page.values)).rows;
    total = (await client.query(queries.total.statement.text, queries.total.values)).rows[0].total;
  } finally {
    client.release();
  }
  const items = rows.slice(0, pageSize);
  const hasNext = rows.length > pageSize;
  const nextCursor = hasNext ? cursor(filter, items.at(-1)!, page + 1) : null;
  const totalPages = Math.ceil(total / pageSize);
  return {
    items,
    pagination: { page, pageSize, total, totalPages, hasNext, hasPrev: page > 1, nextCursor },
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
  const userId = userOf(request);
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
