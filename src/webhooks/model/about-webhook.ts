import { type Actor, causedBy } from '../../kernel/actor.js';

/** Who caused an event, about which webhook. */
interface AboutWebhook extends ReturnType<typeof causedBy> {
  readonly sourceType: string;
  readonly sourceId: string;
  readonly status: 'success';
}

/** The fields of an event about a webhook that somebody caused. */
export function aboutWebhook(id: string, actor: Actor): AboutWebhook {
  return { ...causedBy(actor), sourceType: 'webhook', sourceId: id, status: 'success' };
}
