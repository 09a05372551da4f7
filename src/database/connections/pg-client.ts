import { type Socket } from 'node:net';
import { isPromise } from 'node:util/types';
import { Client, type ClientConfig, Connection, type QueryConfig, type QueryResult } from 'pg';
import { NoAnswerError } from '../../kernel/errors/database-failure.js';
import { DATABASE_TRIPS } from '../../kernel/observation/operations.js';
import { bindable } from './bindable.js';
import { nameOfQuery, RoundTrips } from './round-trips.js';
import { StatementNames } from './statement.js';

/** Settings of a connection, in addition to those of pg. */
export interface PgClientConfig extends ClientConfig {
  /** Whether named statements are prepared; a pooler in transaction mode may not keep them. */
  readonly preparedStatements?: boolean;
}

/** Members of pg's client that its type declarations lack. Source: pg lib/client.js, 8.23. */
interface ClientInternals {
  readonly processID: number | null;
  readonly secretKey: number | null;
  readonly ssl: boolean | object;
  readonly connection: { readonly stream: Socket };
  readonly _activeQuery: unknown;
  readonly _sentQueryQueue: readonly unknown[];
  getStartupConf(): Record<string, string>;
}

/** The same for its connection. Source: pg lib/connection.js, 8.23. */
interface ConnectionInternals extends Connection {
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

/** How long an attempt to cancel a running statement may take, in ms. */
const CANCEL_LIMIT_MS = 2000;
const KEEP_ALIVE_AFTER_MS = 10_000;

const names = new StatementNames();

/** The one client class for every connection to PostgreSQL: of the pool, the migrations and the probes. */
export class PgClient extends Client {
  private readonly trips = new RoundTrips();

  constructor(config: PgClientConfig = {}) {
    // With keep-alive, the operating system detects a peer that vanished, also in a wait without a time
    // limit.
    super({ keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS, ...config });
    const prepares = config.preparedStatements ?? true;
    const send = this.query.bind(this) as (...args: unknown[]) => unknown;
    // Assigned, because an override can't have all overloads of pg's `query`.
    this.query = ((...args: unknown[]) => {
      if (!DATABASE_TRIPS.observed) return send(...prepared(args, prepares));
      const name = nameOfQuery(args[0]);
      const answer = send(...prepared(args, prepares));
      if (isPromise(answer)) {
        const { host, port, database } = this;
        this.trips.note({ host, port, database }, name, answer as Promise<QueryResult>);
      }
      return answer;
    }) as typeof this.query;
    // Stays for as long as the connection exists. The pool removes its own listener while a connection is
    // in use, and an error event without a listener ends the process.
    this.on('error', () => undefined);
  }

  /**
   * Fixes the format of times, whatever the database, the role or the server set. Sent as startup
   * parameters, which PgBouncer tracks for each client.
   */
  getStartupConf(): Record<string, string> {
    const inherited = Client.prototype as unknown as ClientInternals;
    return {
      ...inherited.getStartupConf.call(this),
      DateStyle: 'ISO, MDY',
      TimeZone: 'UTC',
    };
  }

  /** Whether an answer of the server is outstanding. */
  get awaitsAnswer(): boolean {
    const { _activeQuery, _sentQueryQueue } = this as unknown as ClientInternals;
    return (_activeQuery ?? null) !== null || _sentQueryQueue.length > 0;
  }

  /** Bytes that the server has sent so far. */
  get bytesRead(): number {
    return (this as unknown as ClientInternals).connection.stream.bytesRead;
  }

  /** Closes the connection at once; what waits for an answer fails with the error. */
  abort(error: Error): void {
    (this as unknown as ClientInternals).connection.stream.destroy(error);
  }

  /**
   * Sends a cancel request for the statement of this connection, over a second connection. The server
   * checks a secret, so that no other client's statement is cancelled, also behind PgBouncer and after a
   * failover. Resolves when the request was sent or failed; never rejects.
   */
  async cancelRunning(): Promise<void> {
    const { processID, secretKey, ssl } = this as unknown as ClientInternals;
    if (processID === null || secretKey === null) return;
    const connection = new Connection({ ssl }) as ConnectionInternals;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        (connection.stream as { destroy(): void }).destroy();
        resolve();
      };
      const timer = setTimeout(end, CANCEL_LIMIT_MS);
      connection.on('error', end);
      connection.on('end', end);
      const cancel = (): void => connection.cancel(processID, secretKey);
      connection.on('connect', () => (ssl ? connection.requestSsl() : cancel()));
      connection.on('sslconnect', cancel);
      try {
        if (this.host.startsWith('/')) connection.connect(`${this.host}/.s.PGSQL.${this.port}`);
        else connection.connect(this.port, this.host);
      } catch {
        end();
      }
    });
  }

  /**
   * Cancels the statement of this connection, and resolves with whether the server answers within some
   * seconds; true if no answer is outstanding.
   */
  async answersCancel(): Promise<boolean> {
    if (!this.awaitsAnswer) return true;
    const { stream } = (this as unknown as ClientInternals).connection;
    let timer: NodeJS.Timeout | undefined;
    let answer: () => void = () => undefined;
    const answered = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), CANCEL_LIMIT_MS);
      answer = () => resolve(true);
      stream.once('data', answer).once('close', answer);
    });
    try {
      void this.cancelRunning();
      return await answered;
    } finally {
      clearTimeout(timer);
      stream.off('data', answer).off('close', answer);
    }
  }

  /** The answer to a statement, or a NoAnswerError after `ms`, when the connection is closed, too. */
  async answerWithin<T>(ms: number, answer: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.abort(new NoAnswerError()), ms);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * The arguments of pg's `query`, with the values converted first: a value that fails during the write would
 * leave half a message on the connection. The name of a prepared statement is derived from its text.
 */
function prepared(args: unknown[], prepares: boolean): unknown[] {
  const [query, values] = args;
  if (isQueryConfig(query)) {
    if (query.values) query.values = bindable(query.values);
    if (query.name !== undefined) {
      const name = prepares ? names.of(query.text) : undefined;
      if (name === undefined) delete query.name;
      else query.name = name;
    }
  }
  if (Array.isArray(values)) args[1] = bindable(values);
  return args;
}

function isQueryConfig(value: unknown): value is QueryConfig {
  return typeof value === 'object' && value !== null && !('submit' in value) && 'text' in value;
}
