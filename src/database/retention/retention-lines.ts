import { type RetentionOutcome } from './retention.js';

export const RETENTION_USAGE = `Usage: npm run retention [-- --dry-run]

Deletes what is past its retention (RETAIN_EVENTS_DAYS, RETAIN_EXECUTIONS_DAYS, RETAIN_SCORES_DAYS), in
short transactions, while servers run; --dry-run shows what would be deleted and changes nothing.
The database is that of DATABASE_URL, else the embedded one in DATA_DIR; DATABASE_DIRECT_URL where it is
set drops partitions.
`;

/** One line for each table: what went, or would go. */
export function linesOf(outcomes: readonly RetentionOutcome[], dryRun: boolean): string[] {
  return outcomes.map(({ name, what, unit, count, partitions = [], failure }) => {
    const verb = unit === 'partition' ? 'dropped' : 'deleted';
    const names = partitions.length > 0 ? `: ${partitions.join(', ')}` : '';
    const done = `${count} ${unit}${count === 1 ? '' : 's'} ${dryRun ? 'would be ' : ''}${verb} (${what})${names}`;
    return `${name}: ${done}${failure === undefined ? '' : `. Failed: ${failure}`}`;
  });
}
