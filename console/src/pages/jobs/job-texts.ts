import { type Schemas } from '../../api/client.js';
import { scopeName } from '../../next-action/scope-name.js';

type Job = Schemas['JobAnswer'];

/** The scope that a job works in, where its payload names one or the list is of one; the API does not say it. */
export function scopeOfJob({ payload }: Pick<Job, 'payload'>, listed: string): string | undefined {
  const { entityType, entityId } = payload;
  if (typeof entityType === 'string' && typeof entityId === 'string') {
    return scopeName({ entityType, entityId });
  }
  const slash = listed.indexOf('/');
  if (slash === -1 || listed.endsWith('/*')) return undefined;
  return scopeName({ entityType: listed.slice(0, slash), entityId: listed.slice(slash + 1) });
}

/** What comes next of a job, or what came last, and when. */
export function momentOf(
  job: Pick<Job, 'state' | 'runAfter' | 'startedAt' | 'finishedAt' | 'createdAt'>,
): { readonly what: 'due' | 'began' | 'ended'; readonly at: string } {
  const { state, runAfter, startedAt, finishedAt, createdAt } = job;
  if (state === 'waiting' || state === 'retrying')
    return { what: 'due', at: runAfter ?? createdAt };
  if (state === 'running') return { what: 'began', at: startedAt ?? createdAt };
  return { what: 'ended', at: finishedAt ?? createdAt };
}
