import { performance } from 'node:perf_hooks';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Logger } from 'pino';
import { ENV, type Env } from '../../config/env.js';
import { type FeedPosition } from '../../feed/feed-position.js';
import { FeedPoller } from '../../feed/feed-poller.js';
import { FeedReader } from '../../feed/feed-reader.js';
import { retryFrame } from '../../http/event-stream/event-frames.js';
import { type StreamSink } from '../../http/event-stream/stream-sink.js';
import { type Principal } from '../../http/access/principal.js';
import { LOGGER } from '../../logging/logger.js';
import { PrincipalsService } from '../../users/model/principals.service.js';
import { type EventFilterQuery } from '../ops-events.dto.js';
import { filterOf } from '../ops-events.filter.js';
import { EventChunks } from './event-chunks.js';
import { EventIds } from './event-ids.js';
import { LiveStream, type StreamParts, type StreamStart } from './live-stream.js';
import { Replay } from './replay.js';
import { EventIdInvalidError, TooManyStreamsError } from './stream.errors.js';

/** How often the callers of open streams are checked, in ms. */
const CHECK_EVERY_MS = 1000;

/** What a client asks for. */
export interface StreamRequest {
  readonly query: EventFilterQuery;
  readonly caller: Principal;
  /** The id after which the stream begins, and the parameter or header that it came in. */
  readonly after?: { readonly id: string; readonly field: string } | undefined;
}

/**
 * The open streams of this process. They share the poll of the feed, the bytes of each event, and one
 * statement a second that checks all of their callers. While none is open, nothing runs.
 */
@Injectable()
export class LiveFeed implements OnModuleDestroy {
  private readonly streams = new Set<LiveStream>();
  /** Streams of each caller, with those that are being opened. */
  private readonly counts = new Map<string, number>();
  private readonly parts: StreamParts;
  private beat: NodeJS.Timeout | undefined;
  private check: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(
    private readonly feed: FeedReader,
    poller: FeedPoller,
    replay: Replay,
    chunks: EventChunks,
    private readonly ids: EventIds,
    private readonly principals: PrincipalsService,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.parts = { feed, poller, replay, chunks, ids, logger };
  }

  /** How many streams are open. */
  get size(): number {
    return this.streams.size;
  }

  /**
   * Opens a stream. Throws, before anything is sent, a 400 for an id that is none, a 404 for a scope that the
   * caller may not see, and a 429 where the caller has too many streams.
   */
  async open({ query, caller, after }: StreamRequest, sink: StreamSink): Promise<void> {
    const filter = filterOf(query, caller);
    const position = after && this.ids.positionOf(after.id, filter);
    if (after && !position) throw new EventIdInvalidError(after.field);
    this.count(caller, sink);
    const start = await this.startAt(position);
    if (sink.closed) return;
    if (this.stopping) {
      refuse(sink);
      return;
    }
    const stream = new LiveStream(this.parts, sink, query, caller, start);
    this.streams.add(stream);
    sink.onClose(() => this.remove(stream));
    this.startTimers();
    stream.begin();
  }

  /**
   * Checks, in one statement, whether the callers of all streams may still come in and what they may see. Never
   * rejects: without the database, no event is shown either.
   */
  async recheck(): Promise<void> {
    if (this.streams.size === 0) return;
    const checkedAt = performance.now();
    const streams = [...this.streams];
    const callers = new Map(streams.map(({ caller }) => [identityOf(caller), caller]));
    try {
      const known = await this.principals.recheck([...callers.values()]);
      for (const stream of streams) {
        const asked = callers.get(identityOf(stream.caller));
        const caller = asked && known.get(asked);
        if (caller) stream.admit(caller, checkedAt);
        else stream.end('access_ended');
      }
    } catch (err) {
      this.logger.warn({ err }, 'the callers of the event streams could not be checked');
    }
  }

  /** Ends all streams, and those that are opened from now on: their clients come back to another server. */
  stop(): void {
    this.stopping = true;
    for (const stream of this.streams) stream.end('stopping');
  }

  /** Before the pool closes. */
  onModuleDestroy(): void {
    this.stop();
    this.stopTimers();
  }

  /** Now, or after the position that the client came with, unless that is not on record any more. */
  private async startAt(asked: FeedPosition | undefined): Promise<StreamStart> {
    const replay = asked !== undefined && (await this.feed.holds(asked));
    const position = replay ? asked : await this.feed.tip();
    return { position, replay, reset: asked !== undefined && !replay };
  }

  /** Counts a stream of a caller until it closes. */
  private count({ id }: Principal, sink: StreamSink): void {
    const limit = this.env.streams.perCaller;
    const open = this.counts.get(id) ?? 0;
    if (open >= limit) throw new TooManyStreamsError(limit);
    this.counts.set(id, open + 1);
    sink.onClose(() => {
      const left = (this.counts.get(id) ?? 1) - 1;
      if (left > 0) this.counts.set(id, left);
      else this.counts.delete(id);
    });
  }

  private remove(stream: LiveStream): void {
    stream.leave();
    this.streams.delete(stream);
    if (this.streams.size === 0) this.stopTimers();
  }

  private startTimers(): void {
    this.beat ??= setInterval(() => {
      for (const stream of this.streams) stream.beat();
    }, this.env.streams.heartbeatMs).unref();
    this.check ??= this.checkLater();
  }

  private checkLater(): NodeJS.Timeout {
    return setTimeout(() => {
      void this.recheck().finally(() => {
        if (this.check !== undefined) this.check = this.checkLater();
      });
    }, CHECK_EVERY_MS).unref();
  }

  private stopTimers(): void {
    clearInterval(this.beat);
    clearTimeout(this.check);
    this.beat = undefined;
    this.check = undefined;
  }
}

/** A client that comes while the server stops goes to another one. */
function refuse(sink: StreamSink): void {
  sink.open();
  sink.write(retryFrame());
  sink.end('stopping');
}

/** Equal for the streams of one session or token. */
function identityOf({ id, sessionId, token }: Principal): string {
  return [id, sessionId, token?.issuedAt].join();
}
