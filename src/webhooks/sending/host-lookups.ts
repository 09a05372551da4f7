import { type LookupAddress } from 'node:dns';
import { type HostResolver } from './guarded-connector.js';

/**
 * Look-ups at once. `getaddrinfo` takes one of the 4 threads that libuv has for all of the process, and a
 * name whose servers are silent holds it for up to 20 s: the others stay for files, sign-ins and the database.
 */
const MOST_AT_ONCE = 2;
/** A name that took longer, in ms, is slow: slow names have one look-up at once in all. */
const SLOW_MS = 1000;

type Addresses = readonly LookupAddress[];

/** A look-up that waits for its turn. */
interface Waiting {
  readonly hostname: string;
  /** When the last try that wants it has ended. */
  until: number;
  readonly start: () => void;
  readonly expire: () => void;
}

/** A look-up that no try waits for any more. */
class LookupTimedOutError extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * Looks up host names, few at once, so that names whose servers are silent hold up neither the others nor the
 * process. All who ask for a name at the same time share one look-up; nothing is kept after it. Who asks
 * waits as long as they like; a look-up that did not start within `timeoutMs` of the last question is left out.
 */
export class HostLookups {
  private readonly underWay = new Map<string, Promise<Addresses>>();
  private readonly waiting = new Map<string, Waiting>();
  private readonly running = new Set<string>();
  private readonly slow = new Set<string>();

  constructor(
    private readonly resolve: HostResolver,
    private readonly timeoutMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The addresses of a name. Rejects as the resolver does, or with ETIMEDOUT. */
  readonly lookUp: HostResolver = (hostname) => {
    const until = this.now() + this.timeoutMs;
    const waiting = this.waiting.get(hostname);
    if (waiting) waiting.until = until;
    const shared = this.underWay.get(hostname);
    if (shared) return shared;
    const found = new Promise<Addresses>((resolve, reject) => {
      const start = (): void => void this.run(hostname).then(resolve, reject);
      const expire = (): void => reject(new LookupTimedOutError(`${hostname} was not looked up`));
      this.waiting.set(hostname, { hostname, until, start, expire });
    }).finally(() => this.underWay.delete(hostname));
    this.underWay.set(hostname, found);
    this.startNext();
    return found;
  };

  /** Starts what has waited longest and may start. */
  private startNext(): void {
    for (const { hostname, until, start, expire } of this.waiting.values()) {
      if (this.running.size >= MOST_AT_ONCE) return;
      const isSlow = this.slow.has(hostname);
      const isHeldUp = isSlow && [...this.running].some((each) => this.slow.has(each));
      if (isHeldUp && until > this.now()) continue;
      this.waiting.delete(hostname);
      if (until <= this.now()) {
        expire();
      } else {
        this.running.add(hostname);
        start();
      }
    }
  }

  private async run(hostname: string): Promise<Addresses> {
    const started = this.now();
    try {
      return await this.resolve(hostname);
    } finally {
      if (this.now() - started > SLOW_MS) this.slow.add(hostname);
      else this.slow.delete(hostname);
      this.running.delete(hostname);
      this.startNext();
    }
  }
}
