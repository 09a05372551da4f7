import { type Actor } from '../../kernel/actor.js';
import { UNKNOWN_POSITION, type WalPosition } from '../../kernel/wal-position.js';

/** Who writes and reads. */
type Caller = Pick<Actor, 'id' | 'ownWrites'>;

/**
 * How long a commit is remembered at least, in ms, and at most twice as long: longer than a replica may lag,
 * so that every replica that may be read has replayed an older one.
 */
export const REMEMBERED_MS = 10_000;

/**
 * Where in the write-ahead log the newest commit of each caller of this process is, as long as a replica may
 * not have replayed it. Two generations of entries take turns, so that none has a timer.
 */
export class CommitPositions {
  private recent = new Map<string, WalPosition>();
  private older = new Map<string, WalPosition>();
  private turnedAt = 0;

  /** @param clock the time in ms, from any start */
  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Remembers a commit of this caller, and tells the client its position where that is known. */
  note({ id, ownWrites }: Caller, position: WalPosition | undefined): void {
    if (id === null) return;
    if (position !== undefined) ownWrites?.committed(position);
    this.turn();
    const newest = position ?? UNKNOWN_POSITION;
    const known = this.recent.get(id);
    if (known === undefined || known < newest) this.recent.set(id, newest);
  }

  /** What this caller's reads must have replayed; undefined where every replica has. */
  of({ id }: Caller): WalPosition | undefined {
    if (id === null) return undefined;
    this.turn();
    const [recent, older] = [this.recent.get(id), this.older.get(id)];
    return recent === undefined || (older !== undefined && older > recent) ? older : recent;
  }

  private turn(): void {
    const since = this.clock() - this.turnedAt;
    if (since < REMEMBERED_MS) return;
    this.older = since < 2 * REMEMBERED_MS ? this.recent : new Map<string, WalPosition>();
    this.recent = new Map();
    this.turnedAt = this.clock();
  }
}
