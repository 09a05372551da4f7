/** Who makes a change: a signed-in user in a request, or the system. */
export interface Actor {
  readonly userId: string | null;
  readonly requestId: string | null;
}

/** The application itself: jobs, schedules, the demo. */
export const SYSTEM_ACTOR: Actor = { userId: null, requestId: null };

/** Who caused an event: its fields of an actor. */
export function causedBy({ userId, requestId }: Actor): {
  readonly actorId: string | null;
  readonly requestId: string | null;
} {
  return { actorId: userId, requestId };
}

/** On whose behalf the work uses connections: each caller gets a fair share. */
export function callerOf({ userId }: Actor): string {
  return userId ?? 'system';
}
