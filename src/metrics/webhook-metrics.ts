import { Counter, Histogram, type Registry } from 'prom-client';
import { type Failure } from '../kernel/observation/operation.js';
import { WEBHOOK_TRIES, type WebhookTryFacts } from '../kernel/observation/operations.js';
import { BoundedLabel } from './bounded-label.js';
import { type End, timed } from './observed.js';

/** Endpoints that have series of their own: the first ones that this process sends to. */
export const MAX_ENDPOINTS = 100;

/** A try takes at most WEBHOOK_TIMEOUT_MS, which is 15 s at most. In seconds. */
const BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** Counts the HTTP tries of webhooks. */
export function observeWebhooks(registry: Registry): End {
  const registers = [registry];
  const endpoints = new BoundedLabel(MAX_ENDPOINTS);
  const tries = new Counter({
    name: 'nba_webhook_tries_total',
    help: `Tries of webhook deliveries by outcome: delivered, failed or interrupted (put back by a stop); endpoint is the id of the webhook, or other past the first ${MAX_ENDPOINTS} of a process.`,
    labelNames: ['endpoint', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'nba_webhook_try_duration_seconds',
    help: 'Time from the connection to the end of the answer of a try.',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers,
  });
  return WEBHOOK_TRIES.observe((facts, work) =>
    timed(work, (seconds, failure) => {
      const outcome = outcomeOf(facts, failure);
      tries.inc({ endpoint: endpoints.of(facts.endpointId), outcome });
      durations.observe({ outcome }, seconds);
    }),
  );
}

function outcomeOf({ errorCode }: WebhookTryFacts, failure: Failure | undefined): string {
  if (errorCode === 'ABORTED') return 'interrupted';
  return (failure ?? typeof errorCode === 'string') ? 'failed' : 'delivered';
}
