import { type Schemas } from '../../api/client.js';
import { scopeName } from '../../next-action/scope-name.js';

type Event = Schemas['OpsEventAnswer'];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOST = 5;

/** What is known of an event in one line: its error, then the short values of its meta. */
export function summaryOf({ errorCode, errorMessage, meta }: Event): string {
  const values = Object.entries(meta)
    .filter(([name]) => name !== 'entityType' && name !== 'entityId')
    .filter(([, value]) => isShort(value))
    .map(([name, value]) => `${name} ${String(value)}`);
  return [errorCode, errorMessage, ...values.slice(0, MOST)]
    .filter((part) => part !== null)
    .join(' · ');
}

function isShort(value: unknown): value is string | number | boolean {
  if (typeof value === 'string') return value !== '' && !UUID.test(value);
  return typeof value === 'number' || typeof value === 'boolean';
}

/** The scope in the meta of an event, as people read it. */
export function scopeOfEvent({ meta: { entityType, entityId } }: Event): string | undefined {
  return typeof entityType === 'string' && typeof entityId === 'string'
    ? scopeName({ entityType, entityId })
    : undefined;
}

/** The job that an event is about, if any. */
export function jobOf({ sourceType, sourceId, meta: { jobId } }: Event): string | undefined {
  if (sourceType === 'job') return sourceId ?? undefined;
  return typeof jobId === 'string' ? jobId : undefined;
}
