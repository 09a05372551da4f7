import { useQuery } from '@tanstack/react-query';
import { type JSX } from 'react';
import { api, bodyOf } from '../../api/client.js';
import { type Paged, usePaged } from '../../api/paged.js';
import { useMay } from '../../api/rights.js';
import { useOnLive, useRenewedBy } from '../../live/renewed.js';
import { Counts } from '../../ui/counts.js';
import { Empty, List } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { Problem } from '../../ui/problem.js';
import { ScopeChip } from '../../ui/scope-chip.js';
import { SidePanel } from '../../ui/side-panel.js';
import { useUrlFilters } from '../../ui/url-filters.js';
import { type Flag } from './flag-changes.js';
import { FlagPanel } from './flag-panel.js';
import {
  RISK_FILTERS,
  riskAddress,
  RiskFilterChips,
  type RiskFilters,
  riskQuery,
  SEVERITIES,
  STATUSES,
} from './risk-filters.js';
import { RiskTable } from './risk-table.js';
import { RunRules } from './run-rules.js';
import { useFlag } from './use-flag.js';
import { RISK_KEY, useFlagChange } from './use-flag-change.js';
import '../../styles/risk.css';

/** The flags that the risk rules opened, and what operators do with them. */
export function RiskPage(): JSX.Element {
  const [filters, setFilters] = useUrlFilters(RISK_FILTERS);
  const query = riskQuery(filters);
  const list = usePaged([...RISK_KEY, 'list', query], (paging) =>
    bodyOf(api.GET('/api/risk', { params: { query: { ...query, ...paging } } })),
  );
  useOnLive(['risk.'], list.changed);
  const mayRun = useMay('risk.run');
  return (
    <>
      <Page
        title="Risk"
        note={<RiskCounts scope={filters.scope} />}
        acts={mayRun && <RunRules scope={filters.scope} />}
        filters={
          <>
            <ScopeChip value={filters.scope} onChange={(scope) => setFilters({ scope })} />
            <RiskFilterChips filters={filters} onChange={setFilters} />
          </>
        }
      >
        <List list={list} empty={<NoFlags filters={filters} onChange={setFilters} />}>
          {(flags) => <RiskTable flags={flags} filters={filters} />}
        </List>
      </Page>
      {filters.id !== '' && (
        <SidePanel key={filters.id} label="Risk flag" onClose={() => setFilters({ id: '' })}>
          <ChosenFlag id={filters.id} list={list} />
        </SidePanel>
      )}
    </>
  );
}

/** The flag that the address names. */
function ChosenFlag({ id, list }: { readonly id: string; list: Paged<Flag> }): JSX.Element {
  const { data: flag, error, isPending, refetch } = useFlag(id, list);
  const { change, isPending: isChanging } = useFlagChange();
  if (flag) {
    return (
      <FlagPanel flag={flag} isPending={isChanging} onChange={(body) => change({ flag, body })} />
    );
  }
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  return (
    <p className="sub">
      {isPending ? 'Loading…' : 'There is no such flag among those that you may see.'}
    </p>
  );
}

/** How many are open by severity, and how many are not, each with its list. */
function RiskCounts({ scope }: { readonly scope: string }): JSX.Element | null {
  const queryKey = [...RISK_KEY, 'summary', scope];
  const query = { scope: scope === '' ? '*' : scope };
  const { data } = useQuery({
    queryKey,
    queryFn: () => bodyOf(api.GET('/api/risk/summary', { params: { query } })),
  });
  useRenewedBy(['risk.'], queryKey);
  if (!data) return null;
  const { openBySeverity, byStatus } = data;
  return (
    <Counts
      counts={[
        ...SEVERITIES.map((severity) => ({
          count: openBySeverity[severity],
          text: severity,
          href: riskAddress({ scope, severity }),
        })),
        ...STATUSES.filter((status) => status !== 'open').map((status) => ({
          count: byStatus[status],
          text: status,
          href: riskAddress({ scope, status }),
        })),
      ]}
    />
  );
}

interface NoFlagsProps {
  readonly filters: RiskFilters;
  readonly onChange: (change: Partial<RiskFilters>) => void;
}

function NoFlags({ filters, onChange }: NoFlagsProps): JSX.Element {
  const { scope, severity, status, rule } = filters;
  if (severity !== '' || status !== '' || rule !== '') {
    return (
      <Empty title="No flag matches these filters">
        <button
          type="button"
          className="b"
          onClick={() => onChange({ severity: '', status: '', rule: '' })}
        >
          Clear the filters
        </button>
      </Empty>
    );
  }
  return (
    <Empty title={scope === '' ? 'No open risk flags' : 'No open risk flags in this scope'}>
      <p className="sub">
        The risk rules open one where something gets out of hand: deliveries that fail, jobs without
        a heartbeat, reminders, follow-ups and retention contacts that are overdue, a critical
        score. They run on a schedule, after a change of the work items, and by “Run the rules”.
      </p>
    </Empty>
  );
}
