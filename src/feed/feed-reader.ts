import { Injectable } from '@nestjs/common';
import { type QueryResultRow } from 'pg';
import { type Actor } from '../kernel/actor.js';
import { type Query } from '../database/connections/statement.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { EVERY_EVENT, type EventFilter } from './event-filter.js';
import { comparePositions, FEED_START, type FeedPosition, positionOf } from './feed-position.js';
import {
  FEED_STATE,
  FEED_TIP,
  type FeedEvent,
  feedPage,
  feedScanEnd,
  feedStart,
  FIND_FEED_EVENT,
  type FeedState,
  filteredFeedPage,
  nextActionFeedPage,
  type ScanEnd,
} from './feed.sql.js';
import { HorizonWatch } from './horizon-watch.js';

/** Events in the order of their commits. */
export interface FeedPage {
  readonly events: FeedEvent[];
  /** The position to read on from: everything up to it was read. It may be past the last event here. */
  readonly next: FeedPosition;
  /** Whether there is more to read now. A page of a filtered feed may be empty although there is. */
  readonly more: boolean;
  /** Whether events after the position may have been dropped by the retention before they were read. */
  readonly gap: boolean;
}

/** What to read. */
export interface FeedRead {
  readonly after: FeedPosition;
  /** Most events. */
  readonly limit: number;
  readonly filter?: EventFilter;
  /** On whose behalf; the system's unless given. */
  readonly caller?: Actor | string;
}

/** Runs statements in one round trip: in a transaction, or each in one of its own. */
type Source = (...queries: readonly Query[]) => Promise<QueryResultRow[][]>;

/**
 * Reads the stored events in the order of their commits. It stays below the horizon, the oldest transaction
 * that is still open: below it, nothing can be added any more, so whoever reads on from a position misses
 * no event. An event is visible here when every transaction that began before its own has ended.
 */
@Injectable()
export class FeedReader {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly horizon: HorizonWatch,
  ) {}

  /** The events after a position; in a transaction where one is given. */
  async read(
    { after, limit, filter = { visible: EVERY_EVENT }, caller }: FeedRead,
    tx?: Transaction,
  ): Promise<FeedPage> {
    const source = tx ? inTransaction(tx) : this.each(caller);
    const { state, ...page } = await readPage(source, after, limit, filter);
    this.horizon.note(state);
    const moved = page.next.id !== after.id;
    return { ...page, gap: moved && after.id !== FEED_START.id && !state.onRecord };
  }

  /** The position of the newest event that can be read; the start in an empty feed. */
  async tip(): Promise<FeedPosition> {
    const [state, tip] = await this.each()(stateAt(FEED_START), {
      statement: FEED_TIP,
      values: [],
    });
    this.horizon.note(state?.[0] as FeedState);
    return (tip?.[0] as FeedPosition | undefined) ?? FEED_START;
  }

  /** An event that was read before, for the application itself; undefined if the retention has dropped it. */
  async find(id: string): Promise<FeedEvent | undefined> {
    const [event] = await this.transactions.query<FeedEvent & QueryResultRow>(FIND_FEED_EVENT, [
      id,
    ]);
    return event;
  }

  /**
   * Whether the event of a position is on record, so that nothing after it was dropped by the retention. Not
   * one of a history that is not this one's: of an epoch that a restored database does not know, for example.
   */
  async holds(position: FeedPosition): Promise<boolean> {
    if (position.id === FEED_START.id) return true;
    const event = await this.find(position.id);
    return event !== undefined && comparePositions(event, position) === 0;
  }

  /** A position that every event since a time (ISO 8601) comes after. */
  async startSince(since: string, caller?: Actor): Promise<FeedPosition> {
    const [rows] = await this.each(caller)(feedStart(since));
    return (rows?.[0] as FeedPosition | undefined) ?? FEED_START;
  }

  private each(caller?: Actor | string): Source {
    return (...queries) => this.transactions.read(queries, caller ? { caller } : {});
  }
}

function inTransaction(tx: Transaction): Source {
  return (...queries) =>
    Promise.all(queries.map(({ statement, values }) => tx.query(statement, values)));
}

function stateAt({ id }: FeedPosition): Query {
  return { statement: FEED_STATE, values: [id] };
}

type PageRead = Omit<FeedPage, 'gap'>;

async function readPage(
  source: Source,
  after: FeedPosition,
  limit: number,
  filter: EventFilter,
): Promise<PageRead & { readonly state: FeedState }> {
  const { nextActionId, visible, ...others } = filter;
  const narrowed = !(visible.scopes.kind === 'all' && visible.unscoped);
  const filtered = narrowed || Object.values<unknown>(others).some((value) => value !== undefined);
  if (filtered && nextActionId === undefined) return readFiltered(source, after, limit, filter);
  const query =
    nextActionId === undefined
      ? feedPage(after, limit + 1)
      : nextActionFeedPage(after, { ...filter, nextActionId }, limit + 1);
  const [state, rows] = await source(stateAt(after), query);
  const events = (rows as FeedEvent[]).slice(0, limit);
  const more = (rows ?? []).length > limit;
  return {
    state: state?.[0] as FeedState,
    events,
    next: positionOf(events.at(-1) ?? after),
    more,
  };
}

/** A page of a bounded part of the feed: past its last event, the position moves to the end of that part. */
async function readFiltered(
  source: Source,
  after: FeedPosition,
  limit: number,
  filter: EventFilter,
): Promise<PageRead & { readonly state: FeedState }> {
  const [states, ends] = await source(stateAt(after), feedScanEnd(after, filter));
  const state = states?.[0] as FeedState;
  const end = ends?.[0] as ScanEnd | undefined;
  if (!end) return { state, events: [], next: after, more: false };
  const [rows] = await source(filteredFeedPage(after, end, filter, limit + 1));
  const events = (rows as FeedEvent[]).slice(0, limit);
  const full = (rows ?? []).length > limit;
  const last = full ? events.at(-1) : undefined;
  return { state, events, next: positionOf(last ?? end), more: full || end.more };
}
