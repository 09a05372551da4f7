import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { FeedCursors } from '../../feed/feed-cursors.js';
import { FeedPoller } from '../../feed/feed-poller.js';
import { comparePositions } from '../../feed/feed-position.js';
import { FeedReader } from '../../feed/feed-reader.js';
import { type FeedEvent } from '../../feed/feed.sql.js';
import { shownEvent } from '../../feed/shown-event.js';
import { DeliveryWake } from '../model/delivery-wake.js';
import { FAN_OUT, type FannedEvent, OLDEST_ENDPOINT } from './fan-out.sql.js';
import { RETRY_ACTION } from '../model/retry-action.js';

/** Name of its cursor in the feed. */
const CONSUMER = 'webhooks';

/** How often to look whether there is an endpoint still, in ms. */
const RECHECK_MS = 10_000;

/**
 * Makes a delivery of each event for each endpoint that wants it, in the order of commits: a consumer of the
 * feed, so that a press costs nothing more, and no event is lost or sent before its commit. While there is no
 * endpoint at all, it does not read the feed.
 */
@Injectable()
export class WebhookFanOut {
  private stopConsuming: (() => void) | undefined;
  private checkedAt = 0;

  constructor(
    private readonly poller: FeedPoller,
    private readonly reader: FeedReader,
    private readonly cursors: FeedCursors,
    private readonly transactions: TransactionRunner,
    private readonly wake: DeliveryWake,
  ) {}

  /**
   * Begins to read the feed when there is an endpoint, ends when there is none. Returns whether there is one,
   * or the rest of one that is deleted.
   */
  async follow(): Promise<boolean> {
    if (this.stopConsuming && Date.now() - this.checkedAt < RECHECK_MS) return true;
    this.checkedAt = Date.now();
    const [oldest] = await this.transactions.query<{ since: Date | null; any: boolean }>(
      OLDEST_ENDPOINT,
    );
    const since = oldest?.since ?? null;
    if (since === null) this.stop();
    else if (!this.stopConsuming) {
      await this.skipTo(since);
      this.stopConsuming = this.poller.consume({
        name: CONSUMER,
        consume: (events, tx) => this.fanOut(events, tx),
      });
    }
    return oldest?.any ?? false;
  }

  /** Reads the feed no more. A batch under way ends by itself. */
  stop(): void {
    this.stopConsuming?.();
    this.stopConsuming = undefined;
  }

  /** Moves the cursor past what was recorded before the first endpoint: nobody is to get that. */
  private async skipTo(since: Date): Promise<void> {
    const start = await this.reader.startSince(since.toISOString());
    await this.transactions.run(async (tx) => {
      await this.cursors.create(tx, CONSUMER, start);
      // Undefined while another process consumes: the cursor is past it.
      const at = await this.cursors.take(tx, CONSUMER);
      if (at && comparePositions(at, start) < 0) this.cursors.move(tx, CONSUMER, start);
    });
  }

  private async fanOut(events: readonly FeedEvent[], tx: Transaction): Promise<void> {
    const records = JSON.stringify(events.map(fanned));
    const [{ added } = { added: 0 }] = await tx.query<{ added: number }>(FAN_OUT, [records]);
    if (added > 0) tx.afterCommit(this.wake.wake);
  }
}

function fanned(event: FeedEvent): FannedEvent {
  const { id, eventKey, entityType, entityId, createdAt, traceParent } = event;
  // The press of a retry causes events, too: if they could not be delivered, they would ask for the next.
  const isRetry = (event.meta as { actionKey?: unknown }).actionKey === RETRY_ACTION;
  return {
    id,
    eventKey,
    entityType,
    entityId,
    actorId: isRetry ? null : event.actorId,
    createdAt,
    traceParent,
    body: bodyOf(event),
  };
}

/** The text that is sent: the event as the feed shows it. */
function bodyOf(event: FeedEvent): string {
  const { eventKey: type, createdAt: timestamp } = event;
  return JSON.stringify({ type, timestamp, data: shownEvent(event) });
}
