/** Shortest pause before a client reconnects, and what is added at random, in ms. */
const RETRY_MS = 1000;
const RETRY_JITTER_MS = 4000;

/** One server-sent event. */
export interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: object;
}

/** The bytes of an event. JSON has no line breaks, so the data are one line. */
export function eventFrame({ id, event, data }: ServerSentEvent): Buffer {
  return Buffer.from(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/**
 * A comment, which keeps proxies from closing a quiet connection. The id without data moves the
 * `Last-Event-ID` of the client on, and is no event for it: a client whose filter matches nothing for days
 * does not come back with an id that is too old. Source: the WHATWG HTML standard, 9.2.6.
 */
export function heartbeatFrame(id: string): Buffer {
  return Buffer.from(`: heartbeat\nid: ${id}\n\n`);
}

/** How long a client waits before it reconnects; at random, so that all of them do not come at once. */
export function retryFrame(): Buffer {
  const ms = RETRY_MS + Math.floor(Math.random() * RETRY_JITTER_MS);
  return Buffer.from(`retry: ${ms}\n\n`);
}
