import { SCOPE } from '../../ui/filter-values.js';
import { labelOf } from '../../ui/schema-fields.js';
import { statesOf } from '../../work-item/kinds.js';

const STATES = statesOf('intake_lead');

/** What the address of the page may hold; the names are those of the API, `lead` is the one that is shown. */
export const LEAD_FILTERS = {
  scope: SCOPE,
  state: new RegExp(`^(?:${STATES.join('|')})$`),
  condition: /^lead_unscored$/,
  open: /^true$/,
  search: /^(?=.*\S).{1,200}$/s,
  lead: /^.{1,200}$/s,
} as const;

export const STATE_CHOICES: readonly (readonly [string, string])[] = [
  ['', 'Any state'],
  ...STATES.map((state) => [state, labelOf(state)] as const),
];
