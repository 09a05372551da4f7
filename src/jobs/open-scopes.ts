import { type Scope } from '../common/scope.js';

/**
 * Injection token of the OpenScopes. The room that knows what is open provides it, anywhere in the
 * application; without it, a schedule's tick enqueues nothing.
 */
export const OPEN_SCOPES = Symbol('OPEN_SCOPES');

/** Tells which scopes there is something to do in. */
export interface OpenScopes {
  /** Every scope in which a job may find something to do. */
  list(): Promise<readonly Scope[]>;
}
