import { useQuery } from '@tanstack/react-query';
import { type JSX, useState } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { useSummary } from '../../api/queries.js';
import { useRenewedBy } from '../../live/renewed.js';
import { Empty } from '../../ui/list.js';
import { Loaded } from '../../ui/loaded.js';
import { Page } from '../../ui/page.js';
import { useUrlFilters } from '../../ui/url-filters.js';
import { daysOf, PERIOD, type Period, PeriodChips } from './period.js';
import { Proposals, SuppressDialog } from './proposals.js';
import { RuleTable } from './rule-table.js';
import { Suppressions } from './suppressions.js';
import { type Proposal, useSuppressing } from './use-suppressing.js';
import '../../styles/effectiveness.css';

/** What became of what the rules suggested, and what is suppressed because of it. */
export function EffectivenessPage(): JSX.Element {
  const [period, setPeriod] = useUrlFilters(PERIOD);
  const [chosen, setChosen] = useState<Proposal>();
  const { suppress, lift } = useSuppressing(() => setChosen(undefined));
  const summary = useSummary(period.scope === '' ? '*' : period.scope);
  return (
    <Page
      title="Effectiveness"
      note={`Of what the rules suggested in the last ${daysOf(period)} days`}
      filters={<PeriodChips period={period} onChange={setPeriod} />}
    >
      <Loaded query={summary}>
        {({ proposals }) => (
          <Proposals
            proposals={proposals}
            onSuppress={(proposal) => {
              suppress.reset();
              setChosen(proposal);
            }}
          />
        )}
      </Loaded>
      <Effect period={period} />
      <Suppressions scope={period.scope} isPending={lift.isPending} onLift={lift.mutate} />
      {chosen && (
        <SuppressDialog proposal={chosen} change={suppress} onClose={() => setChosen(undefined)} />
      )}
    </Page>
  );
}

function Effect({ period }: { readonly period: Period }): JSX.Element {
  const { scope } = period;
  const query = { scope: scope === '' ? '*' : scope, days: daysOf(period) };
  const queryKey = ['effectiveness', query];
  const effect = useQuery({
    queryKey,
    queryFn: () => bodyOf(api.GET('/api/next-actions/effectiveness', { params: { query } })),
  });
  useRenewedBy(['nba.run', 'nba.delivery.'], queryKey);
  return (
    <Loaded query={effect}>
      {({ items }) =>
        items.length === 0 ? <NoSuggestions /> : <RuleTable rules={items} scope={scope} />
      }
    </Loaded>
  );
}

function NoSuggestions(): JSX.Element {
  return (
    <Empty title="The rules suggested nothing in this time">
      <p className="sub">
        What they suggest, and what was done about it, is counted here. Push work items and run the
        rules, or choose more days.
      </p>
    </Empty>
  );
}
