import { ALL_PERMISSIONS, type Permission } from './permissions.js';
import { ScopeFilter } from './scope.js';
import { type WalPosition } from './wal-position.js';

export type ActorKind = 'user' | 'service' | 'system';

/** Who does something: a signed-in user or a service token in a request, or the system. */
export interface Actor {
  readonly kind: ActorKind;
  /** Id of the user or the service token; null for the system. */
  readonly id: string | null;
  /** Name of the user or the service token. */
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
  /** The scopes that it may see and act in. */
  readonly scopes: ScopeFilter;
  readonly requestId: string | null;
  /** How its request reads what it wrote before, where reads go to a replica; none for the system. */
  readonly ownWrites?: OwnWrites;
}

/**
 * The guarantee that a client reads its own writes, whichever server it asks ("read your writes": Terry et
 * al., Session Guarantees for Weakly Consistent Replicated Data, 1994).
 */
export interface OwnWrites {
  /** What the client says that its reads must include. */
  readonly after: WalPosition | undefined;
  /** Passes the position of a commit on to the client. */
  committed(position: WalPosition): void;
}

/** The application itself: jobs, schedules, the demo. It may do all in every scope. */
export const SYSTEM_ACTOR: Actor = {
  kind: 'system',
  id: null,
  name: 'system',
  permissions: ALL_PERMISSIONS,
  scopes: ScopeFilter.ALL,
  requestId: null,
};

/** Who caused an event: its fields of an actor. */
export function causedBy({ id, requestId }: Actor): {
  readonly actorId: string | null;
  readonly requestId: string | null;
} {
  return { actorId: id, requestId };
}

/** On whose behalf the work uses connections: each caller gets a fair share. */
export function callerOf({ id }: Pick<Actor, 'id'>): string {
  return id ?? 'system';
}
