import { type Scope } from '../../kernel/scope.js';
import { type NextActionRuleKey } from '../model/rule-keys.js';
import { itemsLink, type Link, scoreLink } from './explanation.js';

/** One step of a playbook. */
export interface PlaybookStep {
  /** snake_case, unique in its playbook: ticks are recorded under it, so it never changes. */
  readonly key: string;
  readonly text: string;
  readonly required: boolean;
  /** The delivery action whose successful execution ticks the step. */
  readonly actionKey?: string;
  /** Where the step is done. */
  readonly link?: (scope: Scope) => Link;
}

/** How an NBA of a rule is worked off. */
export interface Playbook {
  readonly title: string;
  /** What is true afterwards. */
  readonly outcome: string;
  readonly why: string;
  readonly steps: readonly PlaybookStep[];
  /** The actions that it suggests, in the order of their buttons. */
  readonly suggestedActions: readonly string[];
}

/** The playbook of each rule. The start fails on an action that does not exist. */
export const PLAYBOOKS: Readonly<Record<NextActionRuleKey, Playbook>> = {
  score_in_critical_band: {
    title: 'Raise a critical score',
    outcome: 'The score is out of the critical band.',
    why: 'A critical score means that several promises are broken at once.',
    steps: [
      {
        key: 'work_off_reason',
        text: 'Work off the strongest negative reason first.',
        required: true,
        link: scoreLink,
      },
      {
        key: 'recompute_score',
        text: 'Recompute the score to see what it gained.',
        required: true,
        actionKey: 'recompute_score',
      },
    ],
    suggestedActions: ['recompute_score', 'run_risk_rules', 'mark_done'],
  },
  failed_notification_deliveries: {
    title: 'Deliver what failed',
    outcome: 'Every notification has reached its recipient, or is cancelled.',
    why: 'Who is not notified does not act, and does not know that anything is missing.',
    steps: [
      {
        key: 'retry_deliveries',
        text: 'Retry the failed deliveries.',
        required: true,
        actionKey: 'retry_failed_deliveries',
      },
      {
        key: 'check_address',
        text: 'Check the address or channel of those that fail again.',
        required: false,
        link: (scope) => itemsLink(scope, 'delivery_failed'),
      },
    ],
    suggestedActions: ['retry_failed_deliveries', 'mark_done', 'snooze_1d'],
  },
  overdue_reminders_high_priority: {
    title: 'Clear the overdue reminders',
    outcome: 'No reminder is overdue.',
    why: 'A reminder that stays overdue hides the next one.',
    steps: [
      {
        key: 'do_oldest',
        text: 'Do the oldest reminder first.',
        required: true,
        link: (scope) => itemsLink(scope, 'reminder_overdue'),
      },
      { key: 'move_or_cancel', text: 'Move or cancel what no longer matters.', required: false },
    ],
    suggestedActions: ['mark_done', 'snooze_1d'],
  },
  proposals_sent_no_followup_date: {
    title: 'Plan the follow-ups of proposals',
    outcome: 'Every sent proposal has a follow-up date.',
    why: 'A proposal that nobody asks about is rarely accepted.',
    steps: [
      {
        key: 'set_date',
        text: 'Set a follow-up date for each proposal.',
        required: true,
        link: (scope) => itemsLink(scope, 'proposal_without_follow_up'),
      },
      { key: 'ask_client', text: 'Ask the client whether it arrived.', required: false },
    ],
    suggestedActions: ['mark_done', 'snooze_1d'],
  },
  retention_overdue: {
    title: 'Contact the waiting customers',
    outcome: 'Every customer whose contact is due has been contacted.',
    why: 'A customer who waits for a promised contact looks for another supplier.',
    steps: [
      {
        key: 'call_longest_waiting',
        text: 'Call the customer who has waited longest.',
        required: true,
        link: (scope) => itemsLink(scope, 'retention_overdue'),
      },
      { key: 'record_outcome', text: 'Record the outcome of each contact.', required: true },
    ],
    suggestedActions: ['mark_done', 'snooze_1d'],
  },
  handoff_no_client_confirm: {
    title: 'Have the handoff confirmed',
    outcome: 'The client has confirmed the handoff, or it is cancelled.',
    why: 'Without a confirmation, both sides believe that the other one is responsible.',
    steps: [
      { key: 'ask_client', text: 'Ask the client to confirm.', required: true },
      {
        key: 'close_handoff',
        text: 'Confirm or cancel the handoff with the answer.',
        required: true,
        link: (scope) => itemsLink(scope, 'handoff_awaiting_client'),
      },
    ],
    suggestedActions: ['mark_done', 'snooze_1d'],
  },
  intake_leads_unscored: {
    title: 'Score the new leads',
    outcome: 'Every new lead has a score, and the best are qualified.',
    why: 'Without a score, the best lead waits as long as any other.',
    steps: [
      {
        key: 'score_leads',
        text: 'Score the leads.',
        required: true,
        actionKey: 'run_lead_pipeline',
      },
      {
        key: 'qualify_best',
        text: 'Qualify the best of them first.',
        required: false,
        link: (scope) => itemsLink(scope, 'lead_unscored'),
      },
    ],
    suggestedActions: ['run_lead_pipeline', 'mark_done', 'snooze_1d'],
  },
};

/** The playbook of a rule; undefined for an NBA without a rule, and for a rule of an API client. */
export function playbookOf(ruleKey: string | null): Playbook | undefined {
  return ruleKey !== null && Object.hasOwn(PLAYBOOKS, ruleKey)
    ? PLAYBOOKS[ruleKey as NextActionRuleKey]
    : undefined;
}

/** Every action that a step of any playbook names. */
export const STEP_ACTIONS: readonly string[] = [
  ...new Set(
    Object.values(PLAYBOOKS).flatMap(({ steps }) =>
      steps.flatMap(({ actionKey }) => (actionKey === undefined ? [] : [actionKey])),
    ),
  ),
];

/** An action that a playbook names and that is not among these keys; undefined if there is none. */
export function unknownPlaybookAction(
  actionKeys: readonly string[],
): { readonly ruleKey: string; readonly actionKey: string } | undefined {
  for (const [ruleKey, { steps, suggestedActions }] of Object.entries(PLAYBOOKS)) {
    const named = [...steps.flatMap(({ actionKey }) => actionKey ?? []), ...suggestedActions];
    const actionKey = named.find((key) => !actionKeys.includes(key));
    if (actionKey !== undefined) return { ruleKey, actionKey };
  }
  return undefined;
}
