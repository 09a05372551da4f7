import { firstUuidV7 } from '../../kernel/uuid.js';

/** A month in UTC, as a partition holds it: from its first UUIDv7 to that of the next month. */
export interface Month {
  /** `2026_12` */
  readonly name: string;
  readonly begin: Date;
  /** The beginning of the next month. */
  readonly end: Date;
  /** The first id of the month. */
  readonly firstId: string;
  /** The first id of the next month. */
  readonly endId: string;
}

/** The month of a time, or one that is so many months later. */
export function monthOf(time: Date, monthsLater = 0): Month {
  const begin = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + monthsLater));
  const end = new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + 1));
  return {
    name: begin.toISOString().slice(0, 7).replace('-', '_'),
    begin,
    end,
    firstId: firstUuidV7(begin),
    endId: firstUuidV7(end),
  };
}
