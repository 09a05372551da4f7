import { type JSX } from 'react';
import { useNames } from '../../api/names.js';
import { useMay } from '../../api/rights.js';
import { scopeName } from '../../next-action/scope-name.js';
import { Section, SectionLevel } from '../../next-action/section.js';
import { Facts } from '../../ui/facts.js';
import { PriorityMark, priorityName } from '../../ui/priority.js';
import { Time, useNow } from '../../ui/time.js';
import { AnsweringAction } from './answering-action.js';
import { Evidence } from './evidence.js';
import { FlagActs } from './flag-acts.js';
import { type Flag, type FlagChange } from './flag-changes.js';
import { ruleName } from './risk-filters.js';

interface Props {
  readonly flag: Flag;
  readonly isPending: boolean;
  readonly onChange: (body: FlagChange) => void;
}

/** Everything about one flag, with its buttons for those who may change it. */
export function FlagPanel({ flag, isPending, onChange }: Props): JSX.Element {
  const now = useNow(60_000);
  const mayChange = useMay('risk.change');
  const names = useNames(flag);
  const { actorId, resolvedBy } = flag;
  const actor = actorId === null ? 'an operator' : (names.get(actorId) ?? `user ${actorId}`);
  const time = (at: string): JSX.Element => <Time at={at} now={now} />;
  const by = (at: string | null, who: string): JSX.Element | null =>
    at === null ? null : (
      <>
        {time(at)} by {who}
      </>
    );
  return (
    <SectionLevel value="h3">
      <div className="meta">
        <PriorityMark priority={flag.severity} />
        <span>{priorityName(flag.severity)}</span>
        <span>· {scopeName(flag)}</span>
        <span>· {flag.status}</span>
        <span>· since {time(flag.firstSeenAt)}</span>
      </div>
      <h2 className="detail-title">{flag.title}</h2>
      <p className="sub">{flag.reason}</p>
      {mayChange && <FlagActs flag={flag} isPending={isPending} onChange={onChange} />}
      <AnsweringAction flag={flag} />
      <Evidence flag={flag} now={now} />
      <Section title="State">
        <Facts
          facts={[
            ['First seen', time(flag.firstSeenAt)],
            ['Last seen', time(flag.lastSeenAt)],
            ['Snoozed until', flag.status === 'snoozed' ? by(flag.snoozedUntil, actor) : null],
            ['Resolved', by(flag.resolvedAt, resolvedBy === 'rule' ? 'the rule' : actor)],
            ['Dismissed', by(flag.dismissedAt, actor)],
            ['Rule', ruleName(flag.ruleKey)],
          ]}
        />
        {HINTS[hintOf(flag)] !== undefined && <p className="help">{HINTS[hintOf(flag)]}</p>}
      </Section>
    </SectionLevel>
  );
}

function hintOf({ status, resolvedBy }: Flag): string {
  return status === 'resolved' ? `resolved by ${resolvedBy ?? ''}` : status;
}

/** What a state means for the next runs. */
const HINTS: Readonly<Record<string, string | undefined>> = {
  'resolved by operator':
    'It stays closed while the condition holds on, unless it gets more severe; the next occurrence opens it anew.',
  'resolved by rule': 'A run found the condition gone; the next occurrence opens it anew.',
  dismissed: 'It stays closed until somebody reopens it.',
};
