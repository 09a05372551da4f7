import {
  type Attributes,
  context,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import { WEBHOOK_TRIES } from '../kernel/observation/operations.js';
import { contextOf } from './trace-parents.js';
import { inSpan, noteThrown } from './traced-work.js';

/**
 * A client span for each try of a webhook, a child of the span that published its event. The path of its URL
 * is left out: it may be a secret. A test is a child of its request.
 */
export function traceWebhookTries(tracer: Tracer): () => void {
  return WEBHOOK_TRIES.observe((facts, work) => {
    const { endpointId, deliveryId, eventKey, attempt, url, traceParent } = facts;
    const parent = traceParent === null ? context.active() : contextOf(traceParent);
    const attributes: Attributes = {
      'http.request.method': 'POST',
      ...serverOf(url),
      ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
      'nba.webhook.endpoint_id': endpointId,
      'nba.webhook.delivery_id': deliveryId,
      'nba.event_key': eventKey,
    };
    const span = tracer.startSpan('POST webhook', { kind: SpanKind.CLIENT, attributes }, parent);
    return inSpan(span, parent, work, (failure) => {
      if (failure) noteThrown(span, failure.error);
      const { status, errorCode } = facts;
      if (typeof status === 'number') span.setAttribute('http.response.status_code', status);
      if (typeof errorCode !== 'string') return;
      span.setAttribute('error.type', errorCode);
      span.setStatus({ code: SpanStatusCode.ERROR });
    });
  });
}

function serverOf(text: string): Attributes {
  if (!URL.canParse(text)) return {};
  const { hostname, port, protocol } = new URL(text);
  const usual = protocol === 'https:' ? 443 : 80;
  return { 'server.address': hostname, 'server.port': port === '' ? usual : Number(port) };
}
