import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { type JSX, useEffect, useRef } from 'react';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { type Paged, usePaged } from '../../api/paged.js';
import { useOnLive } from '../../live/renewed.js';
import { Counts } from '../../ui/counts.js';
import { Empty, List } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { ScopeChip } from '../../ui/scope-chip.js';
import { SidePanel } from '../../ui/side-panel.js';
import { useUrlFilters } from '../../ui/url-filters.js';
import {
  type Job,
  JOB_FILTERS,
  JobFilterChips,
  type JobFilters,
  jobQuery,
  jobsAddress,
  STATE_NAMES,
} from './job-filters.js';
import { JobPanel } from './job-panel.js';
import { JobTable } from './job-table.js';
import '../../styles/jobs.css';

const POLL_MS = 5000;

/** The jobs of the queue, and what operators do with them. */
export function JobsPage(): JSX.Element {
  const [filters, setFilters] = useUrlFilters(JOB_FILTERS);
  const query = jobQuery(filters);
  const list = usePaged(['jobs', 'list', query], (paging) =>
    bodyOf(api.GET('/api/jobs', { params: { query: { ...query, ...paging } } })),
  );
  const summary = useJobSummary(filters.scope);
  useFollowed(list, summary.data);
  return (
    <>
      <Page
        title="Jobs"
        note={summary.data && <JobCounts summary={summary.data} scope={filters.scope} />}
        filters={
          <>
            <ScopeChip value={filters.scope} onChange={(scope) => setFilters({ scope })} />
            <JobFilterChips
              filters={filters}
              types={summary.data?.types.map(({ type }) => type) ?? []}
              onChange={setFilters}
            />
          </>
        }
      >
        <List list={list} empty={<NoJobs filters={filters} onChange={setFilters} />}>
          {(jobs) => <JobTable jobs={jobs} filters={filters} />}
        </List>
      </Page>
      {filters.id !== '' && (
        <SidePanel key={filters.id} label="Job" onClose={() => setFilters({ id: '' })}>
          <JobPanel id={filters.id} />
        </SidePanel>
      )}
    </>
  );
}

function useJobSummary(scope: string): UseQueryResult<Schemas['JobSummary']> {
  const query = scope === '' ? {} : { scope };
  return useQuery({
    queryKey: ['jobs', 'summary', scope],
    queryFn: () => bodyOf(api.GET('/api/jobs/summary', { params: { query } })),
    refetchInterval: POLL_MS,
  });
}

/**
 * The list is read anew after events of jobs, and where the counts change: a job that is enqueued or completed
 * leaves no event.
 */
function useFollowed(list: Paged<Job>, summary: Schemas['JobSummary'] | undefined): void {
  useOnLive(['job.'], list.changed);
  const seen = useRef(summary);
  useEffect(() => {
    // Equal counts are the same object.
    if (seen.current && summary && seen.current !== summary) list.changed();
    seen.current = summary;
  }, [list, summary]);
}

interface CountsProps {
  readonly summary: Schemas['JobSummary'];
  readonly scope: string;
}

/** How many are in each state, each with its list. */
function JobCounts({ summary: { total, stale }, scope }: CountsProps): JSX.Element {
  const counts = STATE_NAMES.map(([state, text]) => ({
    count: total[state],
    text: state === 'running' && stale > 0 ? `${text} (${stale} stale)` : text,
    href: jobsAddress({ scope, state }),
  }));
  return <Counts counts={counts} />;
}

interface NoJobsProps {
  readonly filters: JobFilters;
  readonly onChange: (change: Partial<JobFilters>) => void;
}

function NoJobs({ filters, onChange }: NoJobsProps): JSX.Element {
  const { type, state, nextActionId } = filters;
  if (type !== '' || state !== '' || nextActionId !== '') {
    return (
      <Empty title="No job matches these filters">
        <button
          type="button"
          className="b"
          onClick={() => onChange({ type: '', state: '', nextActionId: '' })}
        >
          Clear the filters
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No jobs">
      <p className="sub">
        What is slow or reaches outside is done here after the press: schedules and pushed work
        items enqueue runs of the rules, and “Retry failed deliveries” its job. Completed and
        cancelled jobs are listed for 3 days, dead-lettered ones for 30.
      </p>
    </Empty>
  );
}
