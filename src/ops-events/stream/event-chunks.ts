import { Injectable } from '@nestjs/common';
import { type EventFilter, selects } from '../../feed/event-filter.js';
import { type FeedEvent } from '../../feed/feed.sql.js';
import { eventFrame } from '../../http/event-stream/event-frames.js';
import { shownEvent } from '../../feed/shown-event.js';
import { EventIds } from './event-ids.js';

const NOTHING = Buffer.alloc(0);

/** What a stream shows: equal ones have the same key. */
export interface StreamView {
  readonly filter: EventFilter;
  readonly key: string;
}

/** The view of a filter. */
export function viewOf(filter: EventFilter): StreamView {
  return { filter, key: JSON.stringify(filter) };
}

/**
 * The bytes of events. An event is serialized once for all streams of the process, and the part of a batch
 * that a view selects is put together once for all streams with that view: they share the memory, too.
 */
@Injectable()
export class EventChunks {
  private readonly frames = new WeakMap<FeedEvent, Buffer>();
  private readonly chunks = new WeakMap<readonly FeedEvent[], Map<string, Buffer>>();

  constructor(private readonly ids: EventIds) {}

  /** The bytes of those events that the view selects; empty if it selects none. */
  of(events: readonly FeedEvent[], { filter, key }: StreamView): Buffer {
    const byView = this.chunks.get(events) ?? new Map<string, Buffer>();
    this.chunks.set(events, byView);
    let chunk = byView.get(key);
    if (!chunk) {
      const selected = events.filter((event) => selects(filter, event));
      chunk = Buffer.concat(selected.map((event) => this.frameOf(event)));
      byView.set(key, chunk);
    }
    return chunk;
  }

  /** The bytes of one event; empty if the view does not select it. */
  frame(event: FeedEvent, { filter }: StreamView): Buffer {
    return selects(filter, event) ? this.frameOf(event) : NOTHING;
  }

  private frameOf(event: FeedEvent): Buffer {
    let frame = this.frames.get(event);
    if (!frame) {
      const data = shownEvent(event);
      frame = eventFrame({ id: this.ids.of(event), event: event.eventKey, data });
      this.frames.set(event, frame);
    }
    return frame;
  }
}
