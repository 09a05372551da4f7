import { type JSX } from 'react';
import { type Priority, type Schemas } from '../../api/client.js';
import { ChoiceChip } from '../../ui/menu.js';
import { priorityName } from '../../ui/priority.js';
import { type FilterValues, PRIORITY, SCOPE, searchOf, UUID } from '../../ui/filter-values.js';

export type RiskRule = Schemas['RiskRule'];
export type RiskStatus = Schemas['RiskStatus'];

export const SEVERITIES: readonly Priority[] = ['critical', 'high', 'medium', 'low'];
export const STATUSES: readonly RiskStatus[] = ['open', 'snoozed', 'resolved', 'dismissed'];

/** The rules; one of the API that is missing here does not compile. */
const RULE_LABELS: Readonly<Record<RiskRule, string>> = {
  critical_notifications_failed_delivery: 'Failed deliveries',
  stale_running_jobs: 'Stale jobs',
  overdue_reminders_high_priority: 'Overdue reminders',
  score_in_critical_band: 'Score in the critical band',
  proposal_followups_overdue: 'Overdue follow-ups',
  retention_overdue: 'Retention overdue',
};
const RULES = Object.entries(RULE_LABELS);

export function ruleName(rule: RiskRule): string {
  return RULE_LABELS[rule];
}

/** What the address may hold. Without a status: what is open. */
export const RISK_FILTERS = {
  scope: SCOPE,
  severity: PRIORITY,
  status: /^(?:snoozed|resolved|dismissed|all)$/,
  rule: new RegExp(`^(?:${Object.keys(RULE_LABELS).join('|')})$`),
  id: UUID,
} as const;

export type RiskFilters = FilterValues<keyof typeof RISK_FILTERS>;

/** The address of a list of flags in the scope that is chosen. */
export function riskAddress(filters: Partial<RiskFilters>): string {
  return `/risk${searchOf(filters)}`;
}

/** What the list is asked for. */
export function riskQuery({ scope, severity, status, rule }: RiskFilters): Record<string, string> {
  const query = {
    scope: scope === '' ? '*' : scope,
    severity,
    status: status === '' ? 'open' : status === 'all' ? '' : status,
    ruleKey: rule,
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}

interface Props {
  readonly filters: RiskFilters;
  readonly onChange: (change: Partial<RiskFilters>) => void;
}

/** Severity, status and rule as chips. */
export function RiskFilterChips({ filters, onChange }: Props): JSX.Element {
  const { severity, status, rule } = filters;
  return (
    <>
      <ChoiceChip
        label="Severity"
        value={severity}
        choices={[
          ['', 'Any severity'],
          ...SEVERITIES.map((each) => [each, priorityName(each)] as const),
        ]}
        onChange={(value) => onChange({ severity: value })}
      />
      <ChoiceChip
        label="Open"
        value={status}
        choices={[
          ['', 'Open'],
          ['snoozed', 'Snoozed'],
          ['resolved', 'Resolved'],
          ['dismissed', 'Dismissed'],
          ['all', 'Any status'],
        ]}
        onChange={(value) => onChange({ status: value })}
      />
      <ChoiceChip
        label="Rule"
        value={rule}
        choices={[['', 'Any rule'], ...RULES]}
        onChange={(value) => onChange({ rule: value })}
      />
    </>
  );
}
