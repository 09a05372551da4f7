import { useQuery } from '@tanstack/react-query';
import { type JSX } from 'react';
import { Link } from 'wouter';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { useMay } from '../../api/rights.js';
import { useRenewedBy } from '../../live/renewed.js';
import { NextActionLink } from '../../next-action/next-action-link.js';
import { Section, SectionLevel } from '../../next-action/section.js';
import { Badge } from '../../ui/badge.js';
import { Facts } from '../../ui/facts.js';
import { Json } from '../../ui/json.js';
import { Loaded } from '../../ui/loaded.js';
import { Time, useNow } from '../../ui/time.js';
import { searchOf } from '../../ui/filter-values.js';
import { Attempts } from './attempts.js';
import { JobActs } from './job-acts.js';
import { type JobState, STATES } from './job-filters.js';
import { scopeOfJob } from './job-texts.js';

const POLL_MS = 3000;
const GOES_ON: readonly JobState[] = ['waiting', 'retrying', 'running'];

/** Everything about one job; while it goes on, it is read again: not each of its steps is an event. */
export function JobPanel({ id }: { readonly id: string }): JSX.Element {
  const queryKey = ['jobs', 'one', id];
  const query = useQuery({
    queryKey,
    queryFn: () => bodyOf(api.GET('/api/jobs/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state: { data } }) =>
      data && GOES_ON.includes(data.state) ? POLL_MS : false,
  });
  useRenewedBy(['job.'], queryKey);
  return <Loaded query={query}>{(job) => <Shown job={job} />}</Loaded>;
}

function Shown({ job }: { readonly job: Schemas['JobDetailAnswer'] }): JSX.Element {
  const now = useNow(10_000);
  const mayManage = useMay('jobs.manage');
  const { nextActionId, state } = job;
  const time = (at: string | null): JSX.Element | null =>
    at === null ? null : <Time at={at} now={now} />;
  return (
    <SectionLevel value="h3">
      <div className="meta">
        <Badge tone={STATES[state].tone} text={STATES[state].name} />
        <span>· made {time(job.createdAt)}</span>
      </div>
      <h2 className="detail-title">{job.type}</h2>
      {mayManage && <JobActs job={job} />}
      <Section title="State">
        <Facts
          facts={[
            ['Next best action', nextActionId && <NextActionLink id={nextActionId} />],
            ['Scope', scopeOfJob(job, '')],
            ['Due', time(job.runAfter)],
            ['Last attempt began', time(job.startedAt)],
            ['Ended', time(job.finishedAt)],
            ['Dedupe key', job.dedupeKey],
            ['Id', job.id],
          ]}
        />
        {nextActionId !== null && (
          <p className="links">
            <Link href={`/jobs${searchOf({ nextActionId })}`}>All jobs of the action</Link>
            <Link href={`/events${searchOf({ nextActionId })}`}>Its events</Link>
          </p>
        )}
      </Section>
      <Section title={`Attempts ${job.attempts}`}>
        <Attempts tries={job.tries} now={now} />
      </Section>
      <Section title="Payload">
        <Json label="Payload" value={job.payload} />
      </Section>
    </SectionLevel>
  );
}
