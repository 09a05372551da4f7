/** The tables with the names of actors, for a row whose actor stands in `column`: it may be null. */
export function joinActor(column: string): string {
  return `
    LEFT JOIN users ON users.id = ${column}
    LEFT JOIN service_tokens AS token ON token.id = ${column}`;
}

/** The name of the actor of {@link joinActor}; null for the system, and without an actor. */
export const ACTOR_NAME = 'COALESCE(users.name, token.name)';
