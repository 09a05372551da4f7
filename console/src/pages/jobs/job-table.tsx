import { type JSX } from 'react';
import { Link } from 'wouter';
import { Badge } from '../../ui/badge.js';
import { Table } from '../../ui/table.js';
import { Time, useNow } from '../../ui/time.js';
import { type Job, type JobFilters, jobsAddress, STATES } from './job-filters.js';
import { momentOf, scopeOfJob } from './job-texts.js';

interface Props {
  readonly jobs: readonly Job[];
  readonly filters: JobFilters;
}

/** Jobs, the newest first, each with its last error; a type opens the details. */
export function JobTable({ jobs, filters }: Props): JSX.Element {
  const now = useNow(10_000);
  return (
    <Table
      label="Jobs"
      rows={jobs}
      keyOf={({ id }) => id}
      selected={filters.id}
      isCompact
      columns={[
        {
          name: 'Type',
          isWide: true,
          cell: (job) => (
            <>
              <div>
                <Link className="row-title" href={jobsAddress({ ...filters, id: job.id })}>
                  {job.type}
                </Link>
              </div>
              <JobError job={job} />
            </>
          ),
        },
        {
          name: 'State',
          cell: ({ state }) => <Badge tone={STATES[state].tone} text={STATES[state].name} />,
        },
        { name: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
        {
          name: 'When',
          cell: (job) => {
            const { what, at } = momentOf(job);
            return (
              <>
                {what} <Time at={at} now={now} />
              </>
            );
          },
        },
        { name: 'Scope', cell: (job) => scopeOfJob(job, filters.scope) },
      ]}
    />
  );
}

function JobError({ job }: { readonly job: Job }): JSX.Element | null {
  const { lastErrorCode, lastErrorMessage } = job;
  if (lastErrorCode === null && lastErrorMessage === null) return null;
  return (
    <div className="sub" title={lastErrorMessage ?? undefined}>
      <span className="code">{lastErrorCode}</span> {lastErrorMessage}
    </div>
  );
}
