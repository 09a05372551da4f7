import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Occurrence, Operation } from './operation.js';

/** A request; its work returns at once, and it ends with the `close` of its response. */
export interface RequestFacts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A press, an undo or a preview. */
export interface PressFacts {
  readonly kind: 'press' | 'undo' | 'preview';
  /** The key of a registered action. */
  readonly actionKey: string;
  readonly nextActionId: string;
  /** Its own execution; of a preview none is stored. */
  readonly executionId: string;
  /** Set by a success: whether an earlier execution answered. */
  replayed?: boolean;
  /** Set by a success: the execution that answered. */
  answeredBy?: string;
}

/** The code of an action, or its undo. */
export type ActionFacts = Pick<PressFacts, 'kind' | 'actionKey'>;

/** One attempt of a job. */
export interface JobFacts {
  /** A registered type of jobs. */
  readonly type: string;
  readonly jobId: string;
  readonly attempt: number;
  /** How long it was due before this worker claimed it, in ms, by the database's clock. */
  readonly claimDelayMs: number;
  /** The trace that enqueued it. */
  readonly traceParent: string | null;
}

/** A wait for a connection. */
export interface ConnectionWaitFacts {
  /** The pool of requests and jobs, the small one of health probes and heartbeats, or those of the replica. */
  readonly pool: 'main' | 'duty' | 'replica';
}

/** One HTTP try of a webhook. */
export interface WebhookTryFacts {
  readonly endpointId: string;
  readonly deliveryId: string;
  readonly eventKey: string;
  /** Number of the try, from 1. */
  readonly attempt: number;
  /** Where it goes: its path and query may be secret. */
  readonly url: string;
  /** The trace that published the event. */
  readonly traceParent: string | null;
  /** Set at its end: the status of the answer, or why there was none. */
  status?: number | null;
  errorCode?: string | null;
}

/** Statements that were sent to PostgreSQL together: one round trip. */
export interface DatabaseTripFacts {
  /** Names of the statements, or their first words; never a text or a value. Grows until they are sent. */
  readonly statements: string[];
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
}

/** One run of the rules, or one computation of the score, in a scope. */
export interface RuleRunFacts {
  readonly rules: 'risk' | 'next_actions' | 'score';
}

/** Requests to this process, probes included. */
export const REQUESTS = new Operation<RequestFacts>();
/** From the look-up of the action to the commit; a wait for other presses of the NBA included. */
export const PRESSES = new Operation<PressFacts>();
/** What runs inside the transaction of a press. */
export const ACTIONS = new Operation<ActionFacts>();
/** The wait for a connection of the pool. */
export const CONNECTION_WAITS = new Operation<ConnectionWaitFacts>();
/** From the first of the statements to the last of their answers; rejects with the first error. */
export const DATABASE_TRIPS = new Operation<DatabaseTripFacts>();
/** The handler of a job, without its record. */
export const JOBS = new Operation<JobFacts>();
/** From the connection to the end of the answer. */
export const WEBHOOK_TRIES = new Operation<WebhookTryFacts>();
/** The evaluation of rules and the write of what they found. */
export const RULE_RUNS = new Operation<RuleRunFacts>();

/** An event was published, and its transaction committed. */
export const COMMITTED_EVENTS = new Occurrence<{
  readonly id: string;
  readonly eventKey: string;
}>();
/** A transaction or a read that runs again: lost a race, or its connection. */
export const TRANSACTION_RETRIES = new Occurrence<{ readonly reason: string }>();
/** A read that the replica may answer, where there is one, and which server did. */
export const REPLICA_READS = new Occurrence<{ readonly server: 'replica' | 'primary' }>();
/** A request that a rate limit refused; `limit` is the name of the throttler. */
export const RATE_LIMIT_REFUSALS = new Occurrence<{ readonly limit: string }>();
