import { type JSX, useCallback, useRef } from 'react';
import { totalOf } from '../../api/paged.js';
import { useMay } from '../../api/rights.js';
import { useOnLive } from '../../live/renewed.js';
import { given } from '../../ui/filter-values.js';
import { useShortcuts } from '../../ui/keyboard.js';
import { List } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { Search } from '../../ui/search.js';
import { useNow } from '../../ui/time.js';
import { useUrlFilters } from '../../ui/url-filters.js';
import { useWorkItems, WORK_ITEM_EVENTS } from '../../work-item/work-item-queries.js';
import { LeadFilterBar } from './lead-filter-bar.js';
import { LEAD_FILTERS } from './lead-filters.js';
import { LeadPanel } from './lead-panel.js';
import { LeadTable } from './lead-table.js';
import { LeadsEmpty } from './leads-empty.js';
import { PipelineButton } from './pipeline-button.js';
import '../../styles/work-item.css';
import '../../styles/score.css';

/** The intake leads with their scores. */
export function LeadsPage(): JSX.Element {
  const [filters, setFilters] = useUrlFilters(LEAD_FILTERS);
  const { lead, ...listed } = filters;
  const list = useWorkItems({ kind: 'intake_lead', ...given(listed) });
  useOnLive(WORK_ITEM_EVENTS, list.changed);
  const mayScore = useMay('leads.score');
  const now = useNow(60_000);
  const search = useRef<HTMLInputElement>(null);
  useShortcuts({ '/': () => search.current?.focus() });
  const setText = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  const total = totalOf(list.first);
  return (
    <>
      <Page
        title="Leads"
        note={total !== undefined && `${total} ${total === '1' ? 'lead' : 'leads'}`}
        acts={
          <>
            <Search ref={search} value={filters.search} onChange={setText} />
            {mayScore && <PipelineButton scope={filters.scope} />}
          </>
        }
        filters={<LeadFilterBar filters={listed} onChange={setFilters} />}
      >
        <List
          list={list}
          empty={
            <LeadsEmpty
              isFiltered={Object.values(listed).some((value) => value !== '')}
              onClear={() =>
                setFilters(Object.fromEntries(Object.keys(listed).map((name) => [name, ''])))
              }
            />
          }
        >
          {(leads) => <LeadTable leads={leads} filters={filters} now={now} />}
        </List>
      </Page>
      {lead !== '' && (
        <LeadPanel
          key={lead}
          externalId={lead}
          now={now}
          onClose={() => setFilters({ lead: '' })}
        />
      )}
    </>
  );
}
