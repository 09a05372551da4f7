import { eventOf, type PressAnswer, refusalOf } from './press-answer.js';
import {
  dueAt,
  type Intent,
  isOpen,
  isRefusal,
  newPress,
  nextPress,
  type Press,
  type PressEvent,
  undoableExecutions,
} from './press.js';

/** Who pressed what an earlier execution answered. */
export interface Presser {
  readonly id: string | null;
  readonly name: string;
  readonly at: string;
}

/** How presses reach the server. A rejection means that no answer came. */
export interface Transport {
  press(intent: Intent): Promise<PressAnswer>;
  undo(executions: readonly [nextActionId: string, executionId: string][]): Promise<PressAnswer>;
  presserOf(nextActionId: string, executionId: string): Promise<Presser | undefined>;
}

/** What happens around the presses. */
export interface PressListener {
  /** The server's truth about these may have changed. */
  changed(nextActionIds: readonly string[]): void;
}

/** How many presses are remembered once they are settled. */
const KEPT = 200;

/** All presses of this page: sends them, sends them again with their key, and keeps where each stands. */
export class Presses {
  private presses: readonly Press[] = [];
  private readonly readers = new Set<() => void>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly transport: Transport,
    private readonly listener: PressListener,
    /** Who presses here; undefined while nobody is signed in. */
    private readonly userId: () => string | undefined,
  ) {}

  /** The oldest first. Always the same array until something changes. */
  readonly all = (): readonly Press[] => this.presses;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.readers.add(reader);
    return () => this.readers.delete(reader);
  };

  press(intent: Intent): void {
    const settled = this.presses.filter((press) => !isOpen(press)).slice(-KEPT);
    const kept = this.presses.filter((press) => isOpen(press) || settled.includes(press));
    this.set([...kept, newPress(intent)]);
    void this.send(intent.key);
  }

  /** Asks at once about a press whose outcome is unknown. */
  askAgain(key: string): void {
    if (this.find(key)?.phase.name === 'unknown') void this.send(key);
  }

  /** Sends what waited for a sign-in. */
  resume(): void {
    for (const { intent, phase } of this.presses) {
      if (phase.name === 'waiting' && phase.until === 'sign-in') void this.send(intent.key);
    }
  }

  /** Forgets everything: somebody else signs in. */
  forget(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.set([]);
  }

  /** Takes a press back, as far as it succeeded. */
  async undo(key: string): Promise<void> {
    const press = this.find(key);
    const executions = press ? undoableExecutions(press) : [];
    if (executions.length === 0 || press?.intent.userId !== this.userId()) return;
    this.on(key, { type: 'undo-sent' });
    const event = await this.undoEvent(executions);
    this.on(key, event);
    this.listener.changed(executions.map(([id]) => id));
  }

  private async undoEvent(executions: readonly [string, string][]): Promise<PressEvent> {
    const lost = { code: 'NO_ANSWER', detail: 'No answer came to the undo. Try it again.' };
    try {
      const answer = await this.transport.undo(executions);
      // Rows of a bulk undo are named by their executions.
      const event = eventOf(answer, ['undo']);
      if (event.type === 'refused') return { type: 'undo-refused', refusal: event.refusal };
      if (event.type === 'held') {
        const refusal = {
          code: 'RATE_LIMITED',
          detail: 'Too many requests. Try the undo again soon.',
        };
        return { type: 'undo-refused', refusal };
      }
      if (event.type !== 'answered') return { type: 'undo-refused', refusal: lost };
      const refused = Object.values(event.outcomes).find(isRefusal);
      return refused ? { type: 'undo-refused', refusal: refusalOf(refused) } : { type: 'undone' };
    } catch {
      return { type: 'undo-refused', refusal: lost };
    }
  }

  private async send(key: string): Promise<void> {
    const press = this.find(key);
    if (!press || !isOpen(press)) return;
    const { intent } = press;
    const ids = intent.targets.map(({ id }) => id);
    clearTimeout(this.timers.get(key));
    if (intent.userId !== this.userId()) {
      // The session is that of nobody, or of somebody else.
      this.on(key, { type: 'signed-out' });
      return;
    }
    this.on(key, { type: 'sent' });
    try {
      this.on(key, eventOf(await this.transport.press(intent), ids));
    } catch {
      this.on(key, { type: 'lost' });
    }
    const after = this.find(key);
    if (!after) return;
    if (isOpen(after)) {
      this.sendWhenDue(after);
      return;
    }
    this.listener.changed(ids);
    await this.identify(after);
  }

  private sendWhenDue(press: Press): void {
    const due = dueAt(press);
    if (due === undefined) return;
    const { key } = press.intent;
    const timer = setTimeout(() => void this.send(key), Math.max(0, due - Date.now()));
    this.timers.set(key, timer);
  }

  /** Looks up who was first. */
  private async identify({ intent, outcomes, attempts }: Press): Promise<void> {
    // Of several it is not shown; whether one is this very press matters only where its first answer was lost.
    if (intent.targets.length > 1 && attempts === 1) return;
    for (const [id, outcome] of Object.entries(outcomes)) {
      if (outcome.name !== 'replayed') continue;
      const presser = await this.transport
        .presserOf(id, outcome.executionId)
        .catch(() => undefined);
      if (!presser) continue;
      const isOwn = attempts > 1 && presser.id !== null && presser.id === this.userId();
      this.on(intent.key, { type: 'identified', id, by: presser.name, at: presser.at, isOwn });
    }
  }

  private find(key: string): Press | undefined {
    return this.presses.find(({ intent }) => intent.key === key);
  }

  private on(key: string, event: PressEvent): void {
    this.set(
      this.presses.map((press) =>
        press.intent.key === key ? nextPress(press, event, Date.now()) : press,
      ),
    );
  }

  private set(presses: readonly Press[]): void {
    this.presses = presses;
    for (const reader of this.readers) reader();
  }
}
