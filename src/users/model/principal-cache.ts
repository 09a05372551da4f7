import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../../config/env.js';
import { type Principal } from '../../http/access/principal.js';

interface Known {
  readonly principal: Principal;
  /** When the caller must be looked up again, in ms since 1970. */
  readonly until: number;
}

/** A caller who was looked up, and when the token or session ends, in ms since 1970. */
export interface Identified {
  readonly principal: Principal;
  readonly expiresAt: number;
}

/** Most callers in the cache. */
const MAX_KNOWN = 10_000;

/**
 * Caches verified tokens and sessions, by their hash, for AUTH_CACHE_MS: without it, each request costs a
 * signature check and a query. It holds the role and the grants, too, so that a press costs no further
 * query for them.
 */
@Injectable()
export class PrincipalCache {
  private readonly known = new Map<string, Known>();
  private generation = 0;

  constructor(@Inject(ENV) private readonly env: Env) {}

  /** The cached caller of a credential, or the one that `find` finds; undefined if it finds none. */
  async get(
    credential: string,
    find: () => Promise<Identified | undefined>,
  ): Promise<Principal | undefined> {
    const key = createHash('sha256').update(credential).digest('base64');
    const known = this.known.get(key);
    if (known && known.until > Date.now()) return known.principal;
    this.known.delete(key);
    const { generation } = this;
    const found = await find();
    // Found before a change and stored after it, it would outlive the change.
    if (found && generation === this.generation) this.remember(key, found);
    return found?.principal;
  }

  /**
   * Forgets every caller: users, grants, sessions or tokens have changed. Other servers notice within
   * AUTH_CACHE_MS.
   */
  readonly clear = (): void => {
    this.generation += 1;
    this.known.clear();
  };

  private remember(key: string, { principal, expiresAt }: Identified): void {
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    const until = Math.min(expiresAt, Date.now() + this.env.authCacheMs);
    this.known.set(key, { principal, until });
  }
}
