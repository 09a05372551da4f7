/** Who causes a change: a signed-in user in a request, or the system itself. */
export interface Actor {
  readonly userId: string | null;
  readonly requestId: string | null;
}

/** The application acting by itself: jobs, schedules, the demo desk. */
export const SYSTEM_ACTOR: Actor = { userId: null, requestId: null };

/** Whom the connections that the work needs are lent to: each caller gets a fair share. */
export function callerOf({ userId }: Actor): string {
  return userId ?? 'system';
}
