import { type WalPosition } from '../../kernel/wal-position.js';

/** A replica that lags by more is not read, in ms. */
export const MAX_LAG_MS = 5000;

/** Where the primary was at some time. */
interface Sample {
  /** A time before the primary was asked, in ms: all that was committed until then is before the position. */
  readonly at: number;
  readonly position: WalPosition;
}

/**
 * Where the primary was in the last seconds. With it, a position that a replica has replayed says how old
 * the data there is, also while nothing is written: the time of the last replayed transaction does not.
 */
export class PrimaryPositions {
  private samples: Sample[] = [];

  add(at: number, position: WalPosition): void {
    // After a failover, the new primary may be behind the one before.
    const kept = this.samples.filter(
      (sample) => sample.position <= position && at - sample.at <= 2 * MAX_LAG_MS,
    );
    this.samples = [...kept, { at, position }];
  }

  /** How old data is that was replayed up to a position, at most, in ms; infinite if that is not known. */
  lagOf(position: WalPosition, now: number): number {
    const reached = this.samples.findLast((sample) => sample.position <= position);
    return reached === undefined ? Infinity : now - reached.at;
  }
}
