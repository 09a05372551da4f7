const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Smaller than any other. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** Whether a text is a UUID in its usual form. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * The first UUIDv7 of a time (RFC 9562, 5.7: 48 bits of ms since 1970, the version, the variant): every one
 * that was generated then or later is not smaller. A time before 1970 counts as 1970.
 */
export function firstUuidV7(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** The time in a UUIDv7. */
export function timeOfUuidV7(id: string): Date {
  return new Date(parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}
