import { type Schemas } from '../api/client.js';

/** The built-in rules; a rule of the API that is missing here does not compile. */
const RULE_LABELS: Readonly<Record<Schemas['NextActionRule'], string>> = {
  score_in_critical_band: 'Score in the critical band',
  failed_notification_deliveries: 'Failed deliveries',
  overdue_reminders_high_priority: 'Overdue reminders',
  proposals_sent_no_followup_date: 'Proposals without follow-up',
  retention_overdue: 'Retention overdue',
  handoff_no_client_confirm: 'Unconfirmed handoffs',
  intake_leads_unscored: 'Leads without a score',
};

export const RULES = Object.entries(RULE_LABELS);

export function ruleLabel(rule: string): string {
  return RULES.find(([key]) => key === rule)?.[1] ?? rule;
}
