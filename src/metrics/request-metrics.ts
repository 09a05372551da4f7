import { type ServerResponse } from 'node:http';
import { Counter, Histogram, type Registry } from 'prom-client';
import { REQUESTS } from '../kernel/observation/operations.js';
import { routePatternOf } from '../logging/access-log.js';
import { OTHER } from './bounded-label.js';
import { type End } from './observed.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What a request took: reads and presses take some ms. In seconds. */
const BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Counts requests by the pattern of their route: a raw path would be a series of its own each. */
export function observeRequests(registry: Registry): End {
  const registers = [registry];
  const requests = new Counter({
    name: 'nba_http_requests_total',
    help: 'Requests that ended, by the pattern of the route (unmatched for none) and the status of the answer (aborted: the client left before).',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'nba_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer; event streams are not timed.',
    labelNames: ['method', 'route'],
    buckets: BUCKETS,
    registers,
  });
  return REQUESTS.observe(({ request, response }, work) => {
    const since = performance.now();
    response.once('close', () => {
      const { method: asked = '' } = request;
      const method = METHODS.has(asked) ? asked : OTHER;
      const route = routePatternOf(request) ?? 'unmatched';
      const status = response.writableFinished ? String(response.statusCode) : 'aborted';
      requests.inc({ method, route, status });
      if (isStream(response)) return;
      durations.observe({ method, route }, (performance.now() - since) / 1000);
    });
    return work();
  });
}

/** A stream lasts as long as its client wants: it says nothing about the speed of answers. */
function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}
