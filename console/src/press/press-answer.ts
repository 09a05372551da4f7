import { mayHaveRun } from '../api/may-have-run.js';
import { type Outcome, type PressEvent, type Refusal } from './press.js';

/** An answer of the API to a press, of one target or of several. */
export interface PressAnswer {
  readonly status: number;
  readonly replayed: boolean;
  /** In seconds; null where the answer has no such header. */
  readonly retryAfter: string | null;
  readonly body: unknown;
}

/** The body of an answer, as far as it is read here. */
interface Body {
  readonly executionId?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly results?: readonly Row[];
}

interface Row {
  readonly id: string;
  readonly ok: boolean;
  readonly replayed?: boolean;
  readonly executionId?: string;
  readonly code?: string;
  readonly detail?: string;
}

const DEFAULT_PAUSE_MS = 5000;

/** What an answer to a press of these targets means. Source: docs/http-api.md, "Execute" and "Bulk". */
export function eventOf(answer: PressAnswer, targetIds: readonly string[]): PressEvent {
  const body = (answer.body ?? {}) as Body;
  if (answer.status === 200) return answered(answer, body, targetIds);
  if (answer.status === 401) return { type: 'signed-out' };
  if (answer.status === 429) return { type: 'held', retryAfterMs: pauseOf(answer) };
  if (mayHaveRun(answer.status, body)) return { type: 'lost' };
  if (answer.status === 503) return { type: 'held', retryAfterMs: pauseOf(answer) };
  return { type: 'refused', refusal: refusalOf(body) };
}

/** The refusal of a problem document, or of a row. */
export function refusalOf(problem: Readonly<Partial<Refusal>>): Refusal {
  const {
    code = 'UNKNOWN',
    detail = 'The server did not say why.',
    executionId,
    requestId,
  } = problem;
  return {
    code,
    detail,
    ...(executionId === undefined ? {} : { executionId }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function answered(
  { replayed }: PressAnswer,
  { results, executionId }: Body,
  targetIds: readonly string[],
): PressEvent {
  if (results) {
    const outcomes = Object.fromEntries(results.map((row) => [row.id, outcomeOf(row)]));
    return { type: 'answered', outcomes };
  }
  const [id] = targetIds;
  // A 200 without the id of an execution is no answer of this API: a proxy, or a cut body.
  if (id === undefined || executionId === undefined) return { type: 'lost' };
  return { type: 'answered', outcomes: { [id]: success(executionId, replayed) } };
}

function outcomeOf(row: Row): Outcome {
  return row.ok && row.executionId !== undefined
    ? success(row.executionId, row.replayed === true)
    : { name: 'refused', ...refusalOf(row) };
}

function success(executionId: string, replayed: boolean): Outcome {
  return { name: replayed ? 'replayed' : 'done', executionId };
}

function pauseOf({ retryAfter }: PressAnswer): number {
  const seconds = Number(retryAfter);
  return retryAfter !== null && seconds >= 0 ? seconds * 1000 : DEFAULT_PAUSE_MS;
}
