/** The keys of the built-in next-action rules; an API client may not create an NBA under one of them. */
export const NEXT_ACTION_RULE_KEYS = [
  'score_in_critical_band',
  'failed_notification_deliveries',
  'overdue_reminders_high_priority',
  'proposals_sent_no_followup_date',
  'retention_overdue',
  'handoff_no_client_confirm',
  'intake_leads_unscored',
] as const;
export type NextActionRuleKey = (typeof NEXT_ACTION_RULE_KEYS)[number];
