import { type CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';

/** Headers that a script of another origin may read. */
const READABLE = [
  'Idempotent-Replayed',
  'Location',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Read-After',
  'Retry-After',
  'X-Request-Id',
];

/** How long a browser keeps the answer to a preflight request, in seconds. */
const PREFLIGHT_SECONDS = 600;

/** Lets pages of these origins call the API with a token; cookies stay within the server's own origin. */
export function corsOptions(origins: readonly string[]): CorsOptions {
  return {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: READABLE,
    maxAge: PREFLIGHT_SECONDS,
  };
}
