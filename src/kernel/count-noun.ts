/** A count with its noun, for sentences that people read: `No reminders`, `1 reminder`, `2 reminders`. */
export function countNoun(count: number, singular: string, plural = `${singular}s`): string {
  if (count === 0) return `No ${plural}`;
  return `${count} ${count === 1 ? singular : plural}`;
}
