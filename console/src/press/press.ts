/** What a press is aimed at. */
export interface Target {
  readonly id: string;
  readonly title: string;
}

/** What somebody meant by one click: it has one Idempotency-Key, however often it is sent. */
export interface Intent {
  /** The Idempotency-Key. */
  readonly key: string;
  /** Who clicked: it is sent for nobody else. */
  readonly userId: string;
  readonly actionKey: string;
  readonly label: string;
  readonly undoable: boolean;
  readonly input: Readonly<Record<string, unknown>> | undefined;
  readonly targets: readonly Target[];
}

/** Why a press had no effect, as the problem document says it. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
  /** The record of a press that failed. */
  readonly executionId?: string | undefined;
  readonly requestId?: string | undefined;
}

/** How a press of one target ended. */
export type Outcome =
  | { readonly name: 'done'; readonly executionId: string }
  /** An earlier execution answered; `by` is unknown until it is looked up. */
  | {
      readonly name: 'replayed';
      readonly executionId: string;
      readonly by?: string | undefined;
      readonly at?: string | undefined;
    }
  | ({ readonly name: 'refused' } & Refusal);

/** Where a press stands. Times are ms since the epoch. */
export type Phase =
  /** Sent for the first time; the page shows its effect already. */
  | { readonly name: 'optimistic' }
  /** It had no effect so far, and is sent again: at a time, or after the next sign-in. */
  | { readonly name: 'waiting'; readonly until: number | 'sign-in' }
  /** No answer came: it may have had its effect. Asked again at a time; null: when somebody asks for it. */
  | { readonly name: 'unknown'; readonly askAgainAt: number | null }
  | { readonly name: 'settled'; readonly at: number };

/** How an undo of a press stands. */
export type Undo =
  | { readonly name: 'undoing' }
  | { readonly name: 'undone' }
  | ({ readonly name: 'refused' } & Refusal);

export interface Press {
  readonly intent: Intent;
  /** How often it was sent. */
  readonly attempts: number;
  readonly phase: Phase;
  /** By the id of the target; complete once it is settled. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly undo: Undo | undefined;
}

export type PressEvent =
  | { readonly type: 'sent' }
  | { readonly type: 'answered'; readonly outcomes: Readonly<Record<string, Outcome>> }
  /** The whole request was refused. */
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** It had no effect, and may be sent again after this time, in ms. */
  | { readonly type: 'held'; readonly retryAfterMs: number }
  | { readonly type: 'signed-out' }
  /** No answer, or one that does not say whether there was an effect. */
  | { readonly type: 'lost' }
  /** Who was first. `isOwn`: this very press, whose first answer was lost. */
  | {
      readonly type: 'identified';
      readonly id: string;
      readonly by: string;
      readonly at: string;
      readonly isOwn: boolean;
    }
  | { readonly type: 'undo-sent' }
  | { readonly type: 'undone' }
  | { readonly type: 'undo-refused'; readonly refusal: Refusal };

/** Pause before a press is asked about again, in ms, by how often it was sent; then nobody asks by itself. */
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15_000, 30_000, 60_000];

export function newPress(intent: Intent): Press {
  return { intent, attempts: 0, phase: { name: 'optimistic' }, outcomes: {}, undo: undefined };
}

/** The press after an event. An event that the phase does not expect changes nothing. */
export function nextPress(press: Press, event: PressEvent, now: number): Press {
  if (!isOpen(press)) return afterSettled(press, event);
  switch (event.type) {
    case 'sent':
      return { ...press, attempts: press.attempts + 1, phase: whileAsking(press.phase) };
    case 'answered':
      return { ...press, phase: { name: 'settled', at: now }, outcomes: event.outcomes };
    case 'refused': {
      const refused: Outcome = { name: 'refused', ...event.refusal };
      const outcomes = Object.fromEntries(press.intent.targets.map(({ id }) => [id, refused]));
      return { ...press, phase: { name: 'settled', at: now }, outcomes };
    }
    case 'held':
      return { ...press, phase: heldUntil(press.phase, now + event.retryAfterMs) };
    case 'signed-out':
      return { ...press, phase: { name: 'waiting', until: 'sign-in' } };
    case 'lost': {
      const pause = BACKOFF_MS[press.attempts - 1];
      const askAgainAt = pause === undefined ? null : now + pause;
      return { ...press, phase: { name: 'unknown', askAgainAt } };
    }
    default:
      return press;
  }
}

/** When the press is to be sent by itself, in ms since the epoch; undefined: not at all. */
export function dueAt({ phase }: Press): number | undefined {
  if (phase.name === 'waiting' && phase.until !== 'sign-in') return phase.until;
  if (phase.name === 'unknown') return phase.askAgainAt ?? undefined;
  return undefined;
}

/** Whether its outcome is not known yet. */
export function isOpen({ phase }: Press): boolean {
  return phase.name !== 'settled';
}

/** Whether its outcome is unknown, and it is asked for only when somebody asks. */
export function isStuck({ phase }: Press): boolean {
  return phase.name === 'unknown' && phase.askAgainAt === null;
}

/** Whether a press of one target, or an undo, was refused. */
export function isRefusal(
  ended: Outcome | Undo | undefined,
): ended is { readonly name: 'refused' } & Refusal {
  return ended?.name === 'refused';
}

/** Whether its effect may be shown: it is not settled, or it succeeded on this target. */
export function isInEffect(press: Press, targetId: string): boolean {
  if (press.undo?.name === 'undoing' || press.undo?.name === 'undone') return false;
  return isOpen(press) || !isRefusal(press.outcomes[targetId]);
}

/** The executions of this press that an undo takes back; none where the action can't be undone. */
export function undoableExecutions({
  intent,
  outcomes,
  undo,
}: Press): [id: string, execution: string][] {
  if (!intent.undoable || undo?.name === 'undoing' || undo?.name === 'undone') return [];
  return Object.entries(outcomes).flatMap(([id, outcome]): [string, string][] =>
    outcome.name === 'done' ? [[id, outcome.executionId]] : [],
  );
}

/** Once the outcome of a press is unknown it stays so until an answer says it. */
function whileAsking(phase: Phase): Phase {
  return phase.name === 'unknown' ? { name: 'unknown', askAgainAt: null } : { name: 'optimistic' };
}

/** A press that is held now may have had its effect before, when its answer was lost. */
function heldUntil(phase: Phase, until: number): Phase {
  return phase.name === 'unknown'
    ? { name: 'unknown', askAgainAt: until }
    : { name: 'waiting', until };
}

function afterSettled(press: Press, event: PressEvent): Press {
  switch (event.type) {
    case 'identified': {
      const outcome = press.outcomes[event.id];
      if (outcome?.name !== 'replayed') return press;
      const { executionId } = outcome;
      const { by, at } = event;
      const known: Outcome = event.isOwn
        ? { name: 'done', executionId }
        : { name: 'replayed', executionId, by, at };
      return { ...press, outcomes: { ...press.outcomes, [event.id]: known } };
    }
    case 'undo-sent':
      return { ...press, undo: { name: 'undoing' } };
    case 'undone':
      return { ...press, undo: { name: 'undone' } };
    case 'undo-refused':
      return { ...press, undo: { name: 'refused', ...event.refusal } };
    default:
      return press;
  }
}
