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
}

/** The code of an action, or its undo. */
export interface ActionFacts {
  readonly kind: 'press' | 'undo' | 'preview';
  readonly actionKey: string;
}

/** One attempt of a job. */
export interface JobFacts {
  /** A registered type of jobs. */
  readonly type: string;
  readonly jobId: string;
  readonly attempt: number;
  /** How long it was due before this worker claimed it, in ms, by the database's clock. */
  readonly claimDelayMs: number;
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
  /** Set at its end: the status of the answer, or why there was none. */
  status?: number | null;
  errorCode?: string | null;
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
/** The handler of a job, without its record. */
export const JOBS = new Operation<JobFacts>();
/** From the connection to the end of the answer. */
export const WEBHOOK_TRIES = new Operation<WebhookTryFacts>();
/** The evaluation of rules and the write of what they found. */
export const RULE_RUNS = new Operation<RuleRunFacts>();

/** A transaction or a read that runs again: lost a race, or its connection. */
export const TRANSACTION_RETRIES = new Occurrence<{ readonly reason: string }>();
/** A read that the replica may answer, where there is one, and which server did. */
export const REPLICA_READS = new Occurrence<{ readonly server: 'replica' | 'primary' }>();
/** A request that a rate limit refused; `limit` is the name of the throttler. */
export const RATE_LIMIT_REFUSALS = new Occurrence<{ readonly limit: string }>();
