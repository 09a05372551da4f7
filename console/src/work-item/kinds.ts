import { type Schemas } from '../api/client.js';

export type WorkItem = Schemas['WorkItemAnswer'];
export type WorkItemKind = Schemas['WorkItemKind'];
export type WorkItemState = Schemas['WorkItemState'];

interface States {
  readonly open: readonly WorkItemState[];
  readonly closed: readonly WorkItemState[];
}

/** The kinds and the states of each: a copy of what the server knows, since its document does not say them by kind. */
export const KIND_STATES: Readonly<Record<WorkItemKind, States>> = {
  reminder: { open: ['open'], closed: ['done', 'cancelled'] },
  proposal: {
    open: ['draft', 'sent', 'viewed'],
    closed: ['accepted', 'declined', 'withdrawn', 'expired'],
  },
  retention_contact: { open: ['open'], closed: ['contacted', 'closed'] },
  handoff: {
    open: ['pending', 'awaiting_client_confirmation'],
    closed: ['confirmed', 'cancelled'],
  },
  intake_lead: { open: ['new', 'scored', 'qualified'], closed: ['disqualified', 'converted'] },
  notification_delivery: { open: ['queued', 'failed'], closed: ['sent', 'delivered', 'cancelled'] },
};

export const KINDS = Object.keys(KIND_STATES) as readonly WorkItemKind[];

export function isKind(text: string): text is WorkItemKind {
  return Object.hasOwn(KIND_STATES, text);
}

/** The states of a kind, open ones first. */
export function statesOf(kind: WorkItemKind): readonly WorkItemState[] {
  return [...KIND_STATES[kind].open, ...KIND_STATES[kind].closed];
}

/** The states of all kinds, each once. */
export const ALL_STATES: readonly WorkItemState[] = [...new Set(KINDS.flatMap(statesOf))];
