import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { type Logger } from 'pino';
import { ENV, type Env } from '../../config/env.js';
import { PollPause } from '../../kernel/poll-pause.js';
import { recordResult } from '../../jobs/worker/record-result.js';
import { within } from '../../kernel/time-limit.js';
import { WEBHOOK_TRIES, type WebhookTryFacts } from '../../kernel/observation/operations.js';
import { continueTrace } from '../../kernel/observation/trace-context.js';
import { LOGGER } from '../../logging/logger.js';
import { type TryResult } from '../sending/try-result.js';
import { WebhookSender } from '../sending/webhook-sender.js';
import { type ClaimedDelivery, DeliveryQueue, type Work } from './delivery-queue.js';
import { DeletedEndpoints } from './deleted-endpoints.js';
import { DeliveryResults, type EndedTry } from './delivery-results.js';
import { DeliveryWake } from '../model/delivery-wake.js';
import { WebhookFanOut } from '../fan-out/webhook-fan-out.js';

/** A try that this process has under way. */
interface RunningTry {
  readonly delivery: ClaimedDelivery;
  readonly ended: Promise<void>;
}

/** How often a process that knows of no endpoint looks for the first one, in ms. */
const NO_ENDPOINT_POLL_MS = 10_000;
/** How long a stop waits after the drain time for the last results to be recorded, in ms. */
const LAST_RECORDS_MS = 3000;

/**
 * Sends what is due, many at once, in a process that runs jobs. It has slots of its own, so that no job waits
 * for a receiver, and gives at most half of them to endpoints that fail, so that no receiver waits for them.
 * It holds no database connection while it waits for an answer.
 */
@Injectable()
export class WebhookDispatcher implements OnModuleDestroy {
  private readonly running = new Map<string, RunningTry>();
  /** Aborts at the end of the drain time of a stop. */
  private readonly over = new AbortController();
  private loop: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private stopping = false;
  private readonly pause = new PollPause();

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly results: DeliveryResults,
    private readonly deleted: DeletedEndpoints,
    private readonly sender: WebhookSender,
    private readonly fanOut: WebhookFanOut,
    private readonly due: DeliveryWake,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Before the pool closes. */
  async onModuleDestroy(): Promise<void> {
    await this.stop();
  }

  /** Starts to fan out events and to send what is due. */
  start(): void {
    this.due.connect(() => this.wake());
    this.loop ??= this.work();
  }

  /**
   * Claims nothing more, lets the tries under way end within the drain time, aborts the rest and puts it
   * back. A second call returns the same promise.
   */
  stop(): Promise<void> {
    this.stopped ??= this.drain();
    return this.stopped;
  }

  /** Looks for work now: deliveries became due, or an endpoint was made or deleted. */
  @OnEvent('webhook.created', { suppressErrors: false })
  @OnEvent('webhook.deleted', { suppressErrors: false })
  wake(): void {
    this.pause.wake();
  }

  /**
   * Runs a try that this process has claimed and records its result, which it returns; undefined where the
   * process stopped before the end of the try, which was put back.
   */
  send(delivery: ClaimedDelivery): Promise<TryResult | undefined> {
    const key = `${delivery.id}/${delivery.tries}`;
    const sent = this.sendAndRecord(delivery);
    const ended = sent.then(() => {
      this.running.delete(key);
      this.wake();
    });
    this.running.set(key, { delivery, ended });
    return sent;
  }

  private async sendAndRecord(delivery: ClaimedDelivery): Promise<TryResult | undefined> {
    const startedAt = new Date();
    const { messageId: id, body, endpoint } = delivery;
    const facts = factsOf(delivery);
    const result = await WEBHOOK_TRIES.run(facts, async () => {
      const message = { id, body, now: startedAt };
      const ended = await this.sender.send(endpoint, message, this.over.signal);
      facts.status = ended.status;
      facts.errorCode = ended.errorCode;
      return ended;
    });
    const interrupted = result.errorCode === 'ABORTED';
    await continueTrace(delivery.traceParent, () =>
      this.record(delivery, () =>
        interrupted
          ? this.results.putBack(delivery)
          : this.results.record({ delivery, startedAt, result } satisfies EndedTry),
      ),
    );
    return interrupted ? undefined : result;
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      this.pause.begin();
      let pauseMs = this.env.webhooks.pollMs;
      try {
        if (!(await this.fanOut.follow())) pauseMs = Math.max(pauseMs, NO_ENDPOINT_POLL_MS);
        else if (await this.exchange()) continue;
      } catch (error) {
        this.logger.warn({ err: error }, 'no webhooks could be claimed');
      }
      await this.pause.wait(pauseMs);
    }
  }

  /** Starts what is due and has a slot; whether there may be more to start at once. */
  private async exchange(): Promise<boolean> {
    const { concurrency } = this.env.webhooks;
    const free = concurrency - this.running.size;
    // Tests have no slots, and may use more than there are.
    if (free <= 0) return false;
    const work = await this.queue.look();
    const filled = work.endpoints.length > 0 && (await this.claim(work.endpoints, free));
    const more = await this.tidyUp(work);
    return filled || more;
  }

  /** Claims what is due and starts it; whether that used all free slots. */
  private async claim(endpoints: readonly string[], free: number): Promise<boolean> {
    const inUse = [...this.running.values()].filter(({ delivery }) => delivery.failing).length;
    const failing = Math.max(0, Math.ceil(this.env.webhooks.concurrency / 2) - inUse);
    const claimed = await this.queue.claim(endpoints, { all: free, failing });
    for (const delivery of claimed) void this.send(delivery);
    return claimed.length === free;
  }

  /**
   * Ends what is left of endpoints that are disabled or deleted, a batch of each; whether more is left. An
   * error is logged and tried again at the next look: it must not keep the other endpoints from their events.
   */
  private async tidyUp({ abandoned, deleted }: Work): Promise<boolean> {
    const left = [
      abandoned && (await this.logged(() => this.results.failAbandoned())),
      deleted && (await this.logged(() => this.deleted.clean())),
    ];
    return left.includes(true);
  }

  private async logged(tidy: () => Promise<boolean>): Promise<boolean> {
    try {
      return await tidy();
    } catch (error) {
      this.logger.warn({ err: error }, 'what a webhook left behind could not be ended');
      return false;
    }
  }

  /** Records a result; if that fails for good, the lease ends and the try is repeated. */
  private record(
    { id: deliveryId, tries }: ClaimedDelivery,
    write: () => Promise<boolean>,
  ): Promise<void> {
    const about = { deliveryId, try: tries };
    return recordResult(this.over.signal, write, {
      dropped: () =>
        this.logger.warn(about, 'webhook result dropped: another try has the delivery'),
      failed: (err, tried) =>
        this.logger.warn({ ...about, err, tried }, 'a webhook result could not be recorded'),
    });
  }

  private async drain(): Promise<void> {
    this.stopping = true;
    this.fanOut.stop();
    this.wake();
    const idle = (this.loop ?? Promise.resolve()).then(() => this.ended());
    const isIdle = await within(this.env.jobs.drainMs, 'The drain', idle).then(
      () => true,
      () => false,
    );
    // A test that is asked for until the server takes no more requests ends before its request does.
    if (isIdle) return;
    this.over.abort();
    await within(LAST_RECORDS_MS, 'The end of a stop', this.ended()).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the stop abandons webhooks: they are sent again');
    });
  }

  private async ended(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }
}

function factsOf(delivery: ClaimedDelivery): WebhookTryFacts {
  const { id: deliveryId, endpoint, eventKey, tries: attempt, traceParent } = delivery;
  return { endpointId: endpoint.id, deliveryId, eventKey, attempt, url: endpoint.url, traceParent };
}
