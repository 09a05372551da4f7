import { type JSX } from 'react';
import { Link } from 'wouter';
import { api, bodyOf } from '../../api/client.js';
import { useMay } from '../../api/rights.js';
import { useRenewedBy } from '../../live/renewed.js';
import { scopeName } from '../../next-action/scope-name.js';
import { Section } from '../../next-action/section.js';
import { missingOf } from '../../score/factor-bars.js';
import { Factors } from '../../score/factors.js';
import { ScoreHead } from '../../score/score-head.js';
import { ScoreHistory } from '../../score/score-history.js';
import { useChange } from '../../ui/change.js';
import { searchOf } from '../../ui/filter-values.js';
import { Loaded } from '../../ui/loaded.js';
import { PriorityMark, priorityName } from '../../ui/priority.js';
import { labelOf } from '../../ui/schema-fields.js';
import { SidePanel } from '../../ui/side-panel.js';
import { Time } from '../../ui/time.js';
import { Attributes } from '../../work-item/attributes.js';
import { WORK_ITEM_EVENTS, workItemKeys } from '../../work-item/work-item-queries.js';
import { type Lead, leadKeys, useLead, useLeadScores } from './lead-queries.js';

interface Props {
  readonly externalId: string;
  readonly now: number;
  readonly onClose: () => void;
}

/** One lead: its score, what that is made of, and what is missing. */
export function LeadPanel({ externalId, now, onClose }: Props): JSX.Element {
  const query = useLead(externalId);
  useRenewedBy(WORK_ITEM_EVENTS, leadKeys.lead(externalId));
  return (
    <SidePanel label="Lead" onClose={onClose}>
      <Loaded query={query}>{(lead) => <Shown lead={lead} now={now} />}</Loaded>
    </SidePanel>
  );
}

function Shown({ lead, now }: { readonly lead: Lead; readonly now: number }): JSX.Element {
  const history = useLeadScores(lead.externalId);
  const missing = missingOf(lead.factors);
  return (
    <>
      <div className="meta">
        <PriorityMark priority={lead.priority} />
        <span>{priorityName(lead.priority)}</span>
        <span>· {labelOf(lead.state)}</span>
        <span>· {scopeName(lead)}</span>
      </div>
      <h2 className="detail-title">{lead.title}</h2>
      <CurrentScore lead={lead} now={now} />
      <ScoreButton lead={lead} />
      {missing.length > 0 && (
        <Section title="What is missing">
          {missing.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </Section>
      )}
      {lead.factors.length > 0 && (
        <Section title="Factors">
          <Factors factors={lead.factors} />
        </Section>
      )}
      <Section title="Attributes">
        {Object.keys(lead.attributes).length === 0 && <p className="sub">None.</p>}
        <Attributes attributes={lead.attributes} now={now} />
      </Section>
      <Section title="Score history">
        <ScoreHistory history={history} now={now} />
      </Section>
      <p className="links">
        <Link href={`/work-items${searchOf({ item: `intake_lead/${lead.externalId}` })}`}>
          All fields
        </Link>
      </p>
    </>
  );
}

function CurrentScore({ lead, now }: { readonly lead: Lead; readonly now: number }): JSX.Element {
  const { score, band, delta, scoredAt, open } = lead;
  if (score === null || band === null) {
    return <p className="sub">{open ? 'Not scored yet.' : 'Closed before it was scored.'}</p>;
  }
  return (
    <ScoreHead score={score} band={band} delta={delta}>
      {scoredAt === null ? (
        'Of earlier attributes: they changed since.'
      ) : (
        <>
          scored <Time at={scoredAt} now={now} />
        </>
      )}
    </ScoreHead>
  );
}

/** Scores the lead; a closed one is not scored. */
function ScoreButton({ lead: { externalId, open, score } }: { lead: Lead }): JSX.Element | null {
  const mayScore = useMay('leads.score');
  const change = useChange(
    () => bodyOf(api.POST('/api/leads/{externalId}/score', { params: { path: { externalId } } })),
    {
      renews: [workItemKeys.lists, workItemKeys.items, leadKeys.lead(externalId)],
      done: (scored) => `“${scored.title}” scored ${scored.score ?? ''}: ${scored.band ?? ''}`,
    },
  );
  if (!mayScore || !open) return null;
  return (
    <div className="acts panel-acts">
      <button
        type="button"
        className="b"
        disabled={change.isPending}
        onClick={() => change.mutate(undefined)}
      >
        {score === null ? 'Score' : 'Score again'}
      </button>
    </div>
  );
}
