/**
 * The kinds of work item and the states each can be in. Source: docs/domain.md, "Work items".
 *
 * A state is *open* if somebody may still need to act on the item; every rule and count reads open items
 * only, so the cost of a scope does not grow with its history.
 */
export const WORK_ITEM_KINDS = {
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
  // `sent` is closed: many channels never report a delivery, and such items would never be closed.
  notification_delivery: { open: ['queued', 'failed'], closed: ['sent', 'delivered', 'cancelled'] },
} as const;

export type WorkItemKind = keyof typeof WORK_ITEM_KINDS;
export type OpenStateOf<K extends WorkItemKind> = (typeof WORK_ITEM_KINDS)[K]['open'][number];
export type ClosedStateOf<K extends WorkItemKind> = (typeof WORK_ITEM_KINDS)[K]['closed'][number];
export type WorkItemStateOf<K extends WorkItemKind> = OpenStateOf<K> | ClosedStateOf<K>;
export type WorkItemState = { [K in WorkItemKind]: WorkItemStateOf<K> }[WorkItemKind];

/** Every kind, in the order of the documentation. */
export const WORK_ITEM_KIND_NAMES = Object.keys(WORK_ITEM_KINDS) as readonly WorkItemKind[];

/** Whether the word names a kind. Safe for any text: names of Object's own members are not kinds. */
export function isWorkItemKind(word: string): word is WorkItemKind {
  return Object.hasOwn(WORK_ITEM_KINDS, word);
}

/** The states of a kind, open ones first. */
export function statesOf<K extends WorkItemKind>(kind: K): readonly WorkItemStateOf<K>[] {
  return [...openStatesOf(kind), ...closedStatesOf(kind)];
}

/** The states in which an item of the kind may still need somebody to act. */
export function openStatesOf<K extends WorkItemKind>(kind: K): readonly OpenStateOf<K>[] {
  return WORK_ITEM_KINDS[kind].open;
}

/** The states in which nobody needs to act on an item of the kind. */
export function closedStatesOf<K extends WorkItemKind>(kind: K): readonly ClosedStateOf<K>[] {
  return WORK_ITEM_KINDS[kind].closed;
}

/** Whether an item of this kind can be in this state. */
export function isStateOf<K extends WorkItemKind>(
  kind: K,
  state: string,
): state is WorkItemStateOf<K> {
  return (statesOf(kind) as readonly string[]).includes(state);
}

/** Whether an item of this kind and state still needs somebody to act. */
export function isOpenState(kind: WorkItemKind, state: string): boolean {
  return (openStatesOf(kind) as readonly string[]).includes(state);
}

/**
 * Why a pushed kind and state are invalid, as a sentence that lists what is allowed; undefined if they are
 * valid.
 */
export function kindAndStateProblem(
  kind: string,
  state: string,
): { field: 'kind' | 'state'; message: string } | undefined {
  if (!isWorkItemKind(kind)) {
    return { field: 'kind', message: `kind must be one of: ${WORK_ITEM_KIND_NAMES.join(', ')}` };
  }
  if (!isStateOf(kind, state)) {
    return {
      field: 'state',
      message: `state of a ${kind} must be one of: ${statesOf(kind).join(', ')}`,
    };
  }
  return undefined;
}
