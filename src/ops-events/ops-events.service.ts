import { Injectable } from '@nestjs/common';
import { type Actor } from '../kernel/actor.js';
import { Paginator } from '../http/paging/paginator.js';
import { Reads } from '../database/replica/reads.js';
import { type EventFilter } from '../feed/event-filter.js';
import { FEED_START, type FeedPosition } from '../feed/feed-position.js';
import { FeedReader } from '../feed/feed-reader.js';
import { shownEvent, type ShownEvent } from '../feed/shown-event.js';
import { type ListOpsEventsQuery, type OpsEventPage } from './ops-events.dto.js';
import { filterOf, inCommitOrder, LIST, positionIn } from './ops-events.filter.js';
import { feedQuery, NEWEST } from './ops-events.sql.js';

/** Reads the feed of events. */
@Injectable()
export class OpsEventsService {
  constructor(
    private readonly reads: Reads,
    private readonly feed: FeedReader,
    private readonly paginator: Paginator,
  ) {}

  /** A page of the feed: newest first, or in the order of commits. */
  async list(query: ListOpsEventsQuery, actor: Actor): Promise<OpsEventPage> {
    const filter = filterOf(query, actor);
    if (query.order === 'asc') return this.inCommitOrder(query, filter, actor);
    const page = this.paginator.open(LIST, filter, query);
    const { statement, values } = feedQuery(filter, page);
    const rows = await this.reads.query<ShownEvent>(statement, values, { caller: actor });
    return page.answer(rows, NEWEST.positionOf);
  }

  private async inCommitOrder(
    query: ListOpsEventsQuery,
    filter: EventFilter,
    caller: Actor,
  ): Promise<OpsEventPage> {
    const page = this.paginator.openEndless(LIST, inCommitOrder(filter), query);
    const after = page.after ? positionIn(page.after) : await this.start(filter, caller);
    const read = await this.feed.read({ after, limit: query.pageSize, filter, caller });
    const { epoch, xid, id } = read.next;
    const { items, pagination } = page.answer(
      read.events.map(shownEvent),
      [epoch, xid, id],
      read.more,
    );
    return { items, pagination: Object.assign(pagination, { gap: read.gap }) };
  }

  private start({ since }: EventFilter, caller: Actor): Promise<FeedPosition> {
    return since === undefined ? Promise.resolve(FEED_START) : this.feed.startSince(since, caller);
  }
}
