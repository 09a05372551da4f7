import { ValidationFailedError } from '../../kernel/errors/domain-error.js';
import { type LateProblemOf } from '../../http/problems/late-problem.js';
import { toDomainError } from '../../http/problems/problem.js';
import { type ImportOptions, type ImportRun, type RowError } from './import-run.js';
import { type ImportAnswer } from './work-items-import.dto.js';

/** Most errors of rows that one JSON answer names; the others are counted. */
const MAX_ERRORS = 100;

type Options = Pick<ImportOptions, 'mode' | 'dryRun'>;

/**
 * Runs an import to its end, for one answer. Throws a 400 with the first errors where all rows were refused
 * because of some, unless it is a dry run.
 */
export async function importAnswer(
  run: ImportRun,
  file: AsyncIterable<Buffer>,
  options: Options,
): Promise<ImportAnswer> {
  const errors: RowError[] = [];
  let found = 0;
  for await (const event of run.events(file)) {
    if (event.type !== 'error') continue;
    found += 1;
    const { line, field, message } = event;
    if (errors.length < MAX_ERRORS) errors.push({ line, field, message });
  }
  const moreErrors = found - errors.length;
  if (run.refused && !options.dryRun) throw refusal(errors, moreErrors);
  return { ...resultOf(run, options), errors, moreErrors };
}

/**
 * Runs an import and reports it while it runs: a line of JSON per event, and a last one of how it ended. An
 * error after the first line is that last line, as a problem document, and is made by `lateProblemOf`.
 */
export async function* importLines(
  run: ImportRun,
  file: AsyncIterable<Buffer>,
  options: Options,
  lateProblemOf: LateProblemOf,
): AsyncGenerator<string> {
  let begun = false;
  try {
    for await (const event of run.events(file)) {
      yield lineOf(event);
      begun = true;
    }
  } catch (error) {
    // Before the first line, the answer is a problem document with its status.
    if (!begun) throw error;
    yield lineOf({ type: 'problem', problem: lateProblemOf(toDomainError(error)) });
    return;
  }
  const stored = !run.refused && !options.dryRun;
  yield lineOf({ type: 'result', stored, ...resultOf(run, options) });
}

function resultOf(
  { counts }: ImportRun,
  { mode, dryRun }: Options,
): Omit<ImportAnswer, 'errors' | 'moreErrors'> {
  return { dryRun, mode, ...counts };
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function refusal(errors: readonly RowError[], more: number): ValidationFailedError {
  return new ValidationFailedError(
    errors.map(({ line, field, message }) => ({
      field: `lines.${line}.${field}`,
      message: `line ${line}: ${message}`,
    })),
    more,
  );
}
