import { type Schemas } from '../api/client.js';

type About = Pick<Schemas['OpsEventAnswer'], 'sourceType' | 'sourceId' | 'meta'>;

/** The next best action that an event is about, if any. Source: docs/http-api.md, filter `nextActionId`. */
export function nextActionOf({ sourceType, sourceId, meta }: About): string | undefined {
  if (sourceType === 'next_action') return sourceId ?? undefined;
  return typeof meta.nextActionId === 'string' ? meta.nextActionId : undefined;
}
