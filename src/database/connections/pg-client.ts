import { type Socket } from 'node:net';
import { Client, type ClientConfig, Connection, type QueryConfig } from 'pg';
import { NoAnswerError } from '../../kernel/errors/database-failure.js';
import { bindable } from './bindable.js';
import { StatementNames } from './statement.js';

/** What a connection is made with, beside the settings of pg. */
export interface PgClientConfig extends ClientConfig {
  /** Whether named statements are prepared; a pooler in transaction mode may not keep them. */
  readonly preparedStatements?: boolean;
}

/** The parts of pg's client that its types leave out. Source: pg lib/client.js, 8.23. */
interface ClientInternals {
  readonly processID: number | null;
  readonly secretKey: number | null;
  readonly ssl: boolean | object;
  readonly connection: { readonly stream: Socket };
  readonly _activeQuery: unknown;
  readonly _sentQueryQueue: readonly unknown[];
  getStartupConf(): Record<string, string>;
}

/** The same of its connection. Source: pg lib/connection.js, 8.23. */
interface ConnectionInternals extends Connection {
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

/** How long an attempt to cancel a running statement may take, in ms. */
const CANCEL_LIMIT_MS = 2000;
const KEEP_ALIVE_AFTER_MS = 10_000;

const names = new StatementNames();

/**
 * A connection to PostgreSQL as this application needs every one to be, whoever opens it: the pool, the
 * migrations, the probes.
 */
export class PgClient extends Client {
  constructor(config: PgClientConfig = {}) {
    // A peer that is gone without a word is noticed by the system, also in a wait that has no other end.
    super({ keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS, ...config });
    const prepares = config.preparedStatements ?? true;
    const send = this.query.bind(this) as (...args: unknown[]) => unknown;
    // By assignment, for no override can have all the signatures of pg's query.
    this.query = ((...args: unknown[]) => send(...prepared(args, prepares))) as typeof this.query;
    // For the whole life of the connection. The pool takes its own listener off while a connection is
    // lent, and an error event without a listener ends the process.
    this.on('error', () => undefined);
  }

  /**
   * Times are read and written in one form, whatever the database, the role or the server set. As
   * startup parameters, which PgBouncer knows and keeps for each of its clients.
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
   * Asks the server to give up what this connection runs, on a connection of its own. The server checks
   * a secret, so that nobody else's statement can be meant, also behind PgBouncer and after a failover.
   * Resolves when the request was sent or could not be; never rejects.
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
   * Asks the server to give up what this connection runs, and resolves with whether it answers within
   * some seconds; true where it owes no answer.
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
 * The arguments of pg's query with the values checked: one that fails while it is written would leave
 * half a message on the connection. A named statement gets its name by its text, or none.
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
