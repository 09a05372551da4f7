interface Scope {
  readonly entityType: string;
  readonly entityId: string;
}

/** A scope as people read it: `command center`, `account/acme`. */
export function scopeName({ entityType, entityId }: Scope): string {
  return entityType === entityId ? entityType.replaceAll('_', ' ') : `${entityType}/${entityId}`;
}
