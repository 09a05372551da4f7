import { type Finding } from './drill.js';

/** How a drill came out: its finding, or why it was not run. */
export interface Outcome {
  readonly name: string;
  readonly title: string;
  readonly seconds: number;
  readonly finding?: Finding;
  readonly skipped?: string;
}

/** The line of a drill. */
export function lineOf({ name, seconds, finding, skipped }: Outcome): string {
  if (!finding) return `${name.padEnd(9)} skipped: ${skipped ?? ''}`;
  const { tried, lost, doubled, withoutEvent, other } = finding.tally;
  const counts = [
    `tried ${tried}`,
    `lost ${lost}`,
    `doubled ${doubled}`,
    `without event ${withoutEvent}`,
    `other ${other}`,
  ].join(', ');
  const verdict = isClean(finding) ? 'ok   ' : 'FAULT';
  const notes = [...finding.notes, `${seconds.toFixed(0)} s`].join('; ');
  return `${name.padEnd(9)} ${verdict} ${counts} (${notes})`;
}

/** True if there is no fault. */
export function isClean({ tally, faults }: Finding): boolean {
  const { lost, doubled, withoutEvent, other } = tally;
  return faults.length === 0 && lost + doubled + withoutEvent + other === 0;
}

/** All drills as a Markdown table. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const head = ['drill', 'what', 'tried', 'lost', 'doubled', 'without event', 'other', 'notes'];
  const rows = outcomes.map(({ name, title, finding, skipped }) => {
    if (!finding) return [name, title, '–', '–', '–', '–', '–', `skipped: ${skipped ?? ''}`];
    const { tried, lost, doubled, withoutEvent, other } = finding.tally;
    const counts = [tried, lost, doubled, withoutEvent, other].map(String);
    return [name, title, ...counts, [...finding.notes, ...finding.faults].join('; ')];
  });
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
