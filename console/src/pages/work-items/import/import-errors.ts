import { type ImportAnswer } from './send-file.js';

type RowError = ImportAnswer['errors'][number];

/** What is wrong with one line of the file. */
export interface LineErrors {
  readonly line: number;
  readonly errors: readonly RowError[];
}

/** The errors by their lines, in the order of the file; the same one twice is said once. */
export function byLine(errors: readonly RowError[]): LineErrors[] {
  const lines = new Map<number, RowError[]>();
  for (const error of errors) {
    const known = lines.get(error.line) ?? [];
    lines.set(error.line, known);
    const isKnown = known.some(
      ({ field, message }) => field === error.field && message === error.message,
    );
    if (!isKnown) known.push(error);
  }
  return [...lines].sort(([a], [b]) => a - b).map(([line, found]) => ({ line, errors: found }));
}

/** What an import would store, or has stored. */
export function storedBy({ created, updated }: ImportAnswer): number {
  return created + updated;
}

/** What an import did, or would do, in a sentence. */
export function outcomeText(answer: ImportAnswer): string {
  const { dryRun, mode, rows, failed } = answer;
  const many = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`;
  if (rows === 0) return 'The file has no rows.';
  if (dryRun && failed > 0 && mode === 'all') {
    const wrong = failed === 1 ? '1 row is wrong' : `${failed} rows are wrong`;
    return `${wrong}: in mode all, nothing would be stored.`;
  }
  const left = failed === 0 ? '' : `, ${failed} left out`;
  if (dryRun) return `Checked ${many(rows)}${left}. Nothing is stored yet.`;
  return `Imported ${many(rows - failed)}${left}.`;
}
