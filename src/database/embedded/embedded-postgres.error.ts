import { StartError } from '../../config/start-error.js';

/** The embedded PostgreSQL can't serve; the message is one sentence that also says what to do. */
export class EmbeddedPostgresError extends StartError {}

/**
 * The `code` of a system error ('EEXIST', 'ENOENT' …), undefined for anything else. Not by
 * instanceof: under jest, Node's own errors are of another realm than the code that catches them.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
