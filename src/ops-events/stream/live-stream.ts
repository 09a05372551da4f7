import { performance } from 'node:perf_hooks';
import { type Logger } from 'pino';
import { type FeedEvent } from '../../feed/feed.sql.js';
import { comparePositions, type FeedPosition } from '../../feed/feed-position.js';
import { type FeedPoller } from '../../feed/feed-poller.js';
import { type FeedReader } from '../../feed/feed-reader.js';
import { eventFrame, heartbeatFrame, retryFrame } from '../../http/event-stream/event-frames.js';
import { type StreamEnd, type StreamSink } from '../../http/event-stream/stream-sink.js';
import { type Principal } from '../../http/access/principal.js';
import { callerOf } from '../../kernel/actor.js';
import { type EventFilterQuery } from '../ops-events.dto.js';
import { filterOf } from '../ops-events.filter.js';
import { type EventChunks, type StreamView, viewOf } from './event-chunks.js';
import { type EventIds } from './event-ids.js';
import { type Replay } from './replay.js';

/** Most bytes that wait for a client; one that leaves more than half of it untaken is slow. */
const MAX_WAITING = 1024 * 1024;
/** Events of a page of what was missed, and bytes of one write of it. */
const PAGE_SIZE = 100;
const CHUNK_BYTES = 64 * 1024;
/** Longest time since the caller was checked in which events are shown, in ms: two checks. */
const FRESH_MS = 2000;
/** Heartbeats that a client may leave untaken while it gets what it missed. */
const PATIENCE_BEATS = 2;

/** What a stream needs of the application. */
export interface StreamParts {
  readonly feed: FeedReader;
  readonly poller: FeedPoller;
  readonly replay: Replay;
  readonly chunks: EventChunks;
  readonly ids: EventIds;
  readonly logger: Logger;
}

/** Where a stream begins. */
export interface StreamStart {
  readonly position: FeedPosition;
  /** Whether events after it may have been missed: the client came with an id. */
  readonly replay: boolean;
  /** Whether the id that the client came with leads nowhere: it may have missed events. */
  readonly reset: boolean;
}

/**
 * One open stream. It is *behind* while it reads pages of what it missed, as fast as its client takes them,
 * and *live* once it gets the events of the poll. From live it falls behind again where a batch is larger
 * than what may wait, or where its caller was not checked for a while because the database was away.
 */
export class LiveStream {
  private view: StreamView;
  private position: FeedPosition;
  private checkedAt = performance.now();
  private catchingUp = false;
  private stopListening: (() => void) | undefined;
  /** Heartbeats since the client last took what was sent, while the stream waits for that. */
  private untaken: number | undefined;

  constructor(
    private readonly parts: StreamParts,
    readonly sink: StreamSink,
    private readonly query: EventFilterQuery,
    public caller: Principal,
    private readonly start: StreamStart,
  ) {
    this.view = viewOf(filterOf(query, caller));
    this.position = start.position;
  }

  /** Sends the head and the first events, and follows the feed. */
  begin(): void {
    this.sink.open();
    const frames = [retryFrame(), this.frame('ready')];
    if (this.start.reset) frames.splice(1, 0, this.frame('reset'));
    this.sink.write(Buffer.concat(frames));
    if (this.start.replay) this.follow();
    else this.listen();
  }

  /**
   * Goes on with its caller as it is now: what it shows narrows or widens with the role and the grants. The
   * stream ends where the caller may see nothing of it any more.
   */
  admit(caller: Principal, checkedAt: number): void {
    this.checkedAt = checkedAt;
    const changed =
      caller.role !== this.caller.role || String(caller.scopes) !== String(this.caller.scopes);
    this.caller = caller;
    if (changed && !this.narrow()) this.end('access_ended');
    else this.follow();
  }

  /** Shows the client, and what lies between, that the stream is alive; drops a client that takes nothing. */
  beat(): void {
    if (this.untaken !== undefined) {
      this.untaken += 1;
      if (this.untaken > PATIENCE_BEATS) this.drop();
      return;
    }
    this.send(heartbeatFrame(this.parts.ids.of(this.position)));
  }

  /** Ends the stream; where this server stops, its client comes back after a while, at random. */
  end(why: StreamEnd): void {
    this.leave();
    if (why === 'stopping') this.sink.write(retryFrame());
    this.sink.end(why);
  }

  /** Stops following the feed. */
  leave(): void {
    this.stopListening?.();
    this.stopListening = undefined;
  }

  private narrow(): boolean {
    const { caller, query } = this;
    if (!caller.permissions.has('events.read')) return false;
    try {
      this.view = viewOf(filterOf(query, caller));
      return true;
    } catch {
      // The scope that the query names is not granted any more.
      return false;
    }
  }

  /** Reads what was missed, then listens; does nothing if it does so already. */
  private follow(): void {
    if (this.catchingUp || this.stopListening || this.sink.closed) return;
    this.catchingUp = true;
    void this.catchUp()
      .catch((err: unknown) => {
        // Tried again after the next check of the callers, which needs the database, too.
        this.parts.logger.warn({ err }, 'a stream of events could not read what it missed');
      })
      .finally(() => (this.catchingUp = false));
  }

  private async catchUp(): Promise<void> {
    const { feed, replay } = this.parts;
    // A page of one NBA ends with its last event, however old that is.
    const tip = this.query.nextActionId === undefined ? undefined : await feed.tip();
    for (let more = true; more;) {
      const { position: after, caller, view } = this;
      const read = { after, limit: PAGE_SIZE, filter: view.filter, caller: callerOf(caller) };
      const page = await replay.page(read);
      if (page.gap) return this.reset();
      await this.sendPage(page.events);
      if (this.sink.closed) return;
      this.position = page.next;
      more = page.more;
    }
    if (tip && comparePositions(this.position, tip) < 0) this.position = tip;
    this.listen();
  }

  private listen(): void {
    if (this.sink.closed) return;
    const { poller } = this.parts;
    this.stopListening = poller.listen(this.position, (events) => this.take(events));
  }

  /** The retention was faster than the client: goes on from now. */
  private async reset(): Promise<void> {
    this.position = await this.parts.feed.tip();
    this.send(this.frame('reset'));
    this.listen();
  }

  /** Sends what was missed as fast as the client takes it. */
  private async sendPage(events: readonly FeedEvent[]): Promise<void> {
    let frames: Buffer[] = [];
    let bytes = 0;
    for (const [index, event] of events.entries()) {
      // Selected again: the view may have narrowed since the page was read.
      const frame = this.parts.chunks.frame(event, this.view);
      frames.push(frame);
      bytes += frame.length;
      if (bytes < CHUNK_BYTES && index < events.length - 1) continue;
      if (this.sink.closed) return;
      const taken = bytes === 0 || this.sink.write(Buffer.concat(frames));
      this.position = event;
      if (!taken) await this.taken();
      [frames, bytes] = [[], 0];
    }
  }

  private async taken(): Promise<void> {
    this.untaken = 0;
    await this.sink.drained();
    this.untaken = undefined;
  }

  /** Sends a batch of the poll. */
  private take(events: readonly FeedEvent[]): void {
    const last = events.at(-1);
    if (!last || this.sink.closed) return;
    if (performance.now() - this.checkedAt > FRESH_MS) {
      this.leave();
      return;
    }
    const chunk = this.parts.chunks.of(events, this.view);
    const { waiting } = this.sink;
    if (waiting + chunk.length > MAX_WAITING && waiting <= MAX_WAITING / 2) {
      this.leave();
      this.follow();
      return;
    }
    if (chunk.length > 0) this.send(chunk);
    this.position = last;
  }

  private send(chunk: Buffer): void {
    if (this.sink.waiting + chunk.length > MAX_WAITING) this.drop();
    else this.sink.write(chunk);
  }

  private drop(): void {
    this.leave();
    this.sink.drop('slow_reader');
  }

  /** An event about the stream itself, with the position at which it goes on. */
  private frame(event: 'ready' | 'reset'): Buffer {
    const id = this.parts.ids.of(this.position);
    return eventFrame({ id, event, data: { id } });
  }
}
