import { useQuery } from '@tanstack/react-query';
import { type JSX } from 'react';
import { Link } from 'wouter';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { useRenewedBy } from '../../live/renewed.js';
import { Section } from '../../next-action/section.js';
import { PriorityMark } from '../../ui/priority.js';
import { Problem } from '../../ui/problem.js';
import { searchOf } from '../../ui/filter-values.js';
import { type Flag } from './flag-changes.js';
import { type RiskRule } from './risk-filters.js';

/**
 * The next-action rule that recommends what to do about what a risk rule found: both read the same condition.
 * Null where none does. Source: docs/domain.md, "Risk rules" and "Next-action rules".
 */
const ANSWERED_BY: Readonly<Record<RiskRule, Schemas['NextActionRule'] | null>> = {
  critical_notifications_failed_delivery: 'failed_notification_deliveries',
  stale_running_jobs: null,
  overdue_reminders_high_priority: 'overdue_reminders_high_priority',
  score_in_critical_band: 'score_in_critical_band',
  // There is a rule for proposals without a follow-up date, and none for a date that has passed.
  proposal_followups_overdue: null,
  retention_overdue: 'retention_overdue',
};

/** The next best action that answers a flag, or where to look for one. */
export function AnsweringAction({ flag }: { readonly flag: Flag }): JSX.Element {
  const { ruleKey, entityType, entityId } = flag;
  const scope = `${entityType}/${entityId}`;
  const answer = ANSWERED_BY[ruleKey];
  const queue = <Link href={`/${searchOf({ scope })}`}>The queue of {scope}</Link>;
  return (
    <Section title="Next best action">
      {answer === null ? (
        <>
          <p className="sub">No rule recommends an action for it.</p>
          <p className="links">
            {ruleKey === 'stale_running_jobs' && (
              <Link href={`/jobs${searchOf({ scope, state: 'running' })}`}>The running jobs</Link>
            )}
            {queue}
          </p>
        </>
      ) : (
        <Queued scope={scope} rule={answer} otherwise={queue} />
      )}
    </Section>
  );
}

interface QueuedProps {
  readonly scope: string;
  readonly rule: string;
  readonly otherwise: JSX.Element;
}

/** The one of a rule that is queued in a scope: there is at most one. */
function Queued({ scope, rule, otherwise }: QueuedProps): JSX.Element {
  const queryKey = ['answering-action', scope, rule];
  const query = { scope, ruleKey: rule, status: 'queued', snoozed: 'all', pageSize: 1 } as const;
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: () => bodyOf(api.GET('/api/next-actions', { params: { query } })),
  });
  useRenewedBy(['nba.'], queryKey);
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (!data) return <p className="sub">Loading…</p>;
  const [item] = data.items;
  if (item) {
    return (
      <p className="answer">
        <PriorityMark priority={item.priority} />
        <Link href={`/actions/${item.id}`}>{item.title}</Link>
      </p>
    );
  }
  return (
    <>
      <p className="sub">
        None is queued for it: it was closed, is held back, or the rules have not run since.
      </p>
      <p className="links">{otherwise}</p>
    </>
  );
}
