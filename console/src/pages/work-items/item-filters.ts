import { type Schemas } from '../../api/client.js';
import { labelOf } from '../../ui/schema-fields.js';
import { PRIORITY, SCOPE } from '../../ui/filter-values.js';
import {
  ALL_STATES,
  isKind,
  KIND_STATES,
  KINDS,
  statesOf,
  type WorkItemKind,
} from '../../work-item/kinds.js';

/** The conditions that rules count; one of the API that is missing here does not compile. */
const CONDITION_LABELS: Readonly<Record<Schemas['WorkItemCondition'], string>> = {
  reminder_overdue: 'Reminder overdue',
  reminder_overdue_high_priority: 'Reminder overdue, high priority',
  proposal_follow_up_overdue: 'Proposal: follow-up overdue',
  proposal_without_follow_up: 'Proposal without follow-up date',
  retention_overdue: 'Retention contact overdue',
  handoff_awaiting_client: 'Handoff awaits the client',
  lead_unscored: 'Lead without a score',
  delivery_failed: 'Delivery failed',
  delivery_failed_last_24_hours: 'Delivery failed in the last 24 hours',
  delivery_failed_today: 'Delivery failed today',
};

/** What the address of the page may hold; the names are those of the API, `item` is the one that is shown. */
export const ITEM_FILTERS = {
  scope: SCOPE,
  kind: oneOf(KINDS),
  state: oneOf(ALL_STATES),
  priority: PRIORITY,
  condition: oneOf(Object.keys(CONDITION_LABELS)),
  open: /^true$/,
  search: /^(?=.*\S).{1,200}$/s,
  item: /^[a-z_]+\/.{1,200}$/s,
} as const;

export type Choices = readonly (readonly [value: string, text: string])[];

export const KIND_CHOICES: Choices = [['', 'Any kind'], ...KINDS.map(named)];
export const CONDITION_CHOICES: Choices = [
  ['', 'Any condition'],
  ...Object.entries(CONDITION_LABELS),
];

/** The states of a kind, or of all. */
export function stateChoices(kind: string): Choices {
  const states = isKind(kind) ? statesOf(kind) : ALL_STATES;
  return [['', 'Any state'], ...states.map(named)];
}

/** The state that stays chosen with another kind. */
export function stateWith(kind: string, state: string): string {
  return stateChoices(kind).some(([each]) => each === state) ? state : '';
}

/** An item as the address names it. */
export function addressOf(item: {
  readonly kind: WorkItemKind;
  readonly externalId: string;
}): string {
  return `${item.kind}/${item.externalId}`;
}

/** The key of the item that an address names; undefined for a kind that does not exist. */
export function keyIn(address: string): { kind: WorkItemKind; externalId: string } | undefined {
  const end = address.indexOf('/');
  const kind = address.slice(0, end);
  return isKind(kind) ? { kind, externalId: address.slice(end + 1) } : undefined;
}

/** Whether a state of a kind is an open one. */
export function isOpenState(kind: WorkItemKind, state: string): boolean {
  return KIND_STATES[kind].open.some((each) => each === state);
}

function named(word: string): readonly [string, string] {
  return [word, labelOf(word)];
}

function oneOf(words: readonly string[]): RegExp {
  return new RegExp(`^(?:${words.join('|')})$`);
}
