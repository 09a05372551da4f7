import { type Audited } from '../under-load/audit.js';
import { type Clients } from '../under-load/clients.js';
import { type Finding } from './drill.js';

/** The finding of a drill whose clients used the API, with what the audit counted. */
export function findingOf(
  clients: Clients,
  audited: Audited,
  more: { readonly notes: readonly string[]; readonly faults?: readonly string[] },
): Finding {
  const { lost, doubled, withoutEvent, executions, jobs } = audited;
  const seen = [...clients.seen].sort((a, b) => b[1] - a[1]);
  return {
    tally: { tried: clients.requests, lost, doubled, withoutEvent, other: clients.other },
    notes: [
      ...more.notes,
      `${executions} executions, ${jobs} jobs`,
      `answers ${seen.map(([outcome, count]) => `${outcome}: ${count}`).join(', ')}`,
    ],
    faults: [...audited.faults, ...clients.faults, ...(more.faults ?? [])],
  };
}

/** `1.9 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
