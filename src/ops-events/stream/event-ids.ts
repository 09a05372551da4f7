import { Injectable } from '@nestjs/common';
import { type EventFilter } from '../../feed/event-filter.js';
import { type FeedPosition } from '../../feed/feed-position.js';
import { Paginator } from '../../http/paging/paginator.js';
import { inCommitOrder, LIST, positionIn } from '../ops-events.filter.js';

/**
 * The ids of the events of a stream: sealed positions in the order of commits. They are bound to no filter,
 * so that an event has one id for all streams; the list in commit order takes one as its cursor.
 */
@Injectable()
export class EventIds {
  private readonly sealed = new WeakMap<FeedPosition, string>();

  constructor(private readonly paginator: Paginator) {}

  /** The id of a position; sealed once for each object. */
  of(position: FeedPosition): string {
    let id = this.sealed.get(position);
    if (id === undefined) {
      id = this.paginator.mark(LIST, [position.epoch, position.xid, position.id]);
      this.sealed.set(position, id);
    }
    return id;
  }

  /**
   * The position of an id, or of a cursor of the list in commit order with this filter; undefined for any
   * other text.
   */
  positionOf(id: string, filter: EventFilter): FeedPosition | undefined {
    const position = this.paginator.findMarked(LIST, inCommitOrder(filter), id);
    return position && positionIn(position);
  }
}
