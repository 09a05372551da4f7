import { HttpException } from '@nestjs/common';
import { type Request } from 'express';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { routeNotFound } from './problem.js';

/** What Express keeps of a route; its types leave it out. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** A route of more methods than this answers every method: it is Nest's handler of unmatched requests. */
const MOST_METHODS = 5;

/** Whether this is what Nest throws for a request that no route matched. */
export function isUnmatched(thrown: unknown): boolean {
  return thrown instanceof HttpException && thrown.getStatus() === 404;
}

/**
 * The error of a request that no route matched: a 405 with `Allow` where other methods have a route of this
 * path, else a 404.
 */
export function unmatched(request: Request): DomainError {
  const allowed = methodsOf(request);
  if (allowed.length === 0 || allowed.includes(request.method)) return routeNotFound();
  return new DomainError(
    'METHOD_NOT_ALLOWED',
    405,
    `This path has no ${request.method}: it takes ${allowed.join(', ')}.`,
    { headers: { Allow: allowed.join(', ') } },
  );
}

function methodsOf(request: Request): string[] {
  const { stack } = request.app.router as unknown as { stack: readonly Layer[] };
  const [path = ''] = request.originalUrl.split('?');
  const methods = new Set<string>();
  for (const layer of stack) {
    const own = Object.keys(layer.route?.methods ?? {});
    if (own.length === 0 || own.length > MOST_METHODS || !matches(layer, path)) continue;
    for (const method of own) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

/** A path that is no valid URI matches nothing. */
function matches(layer: Layer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
