/** The requests of one client in the current window. */
interface ClientWindow {
  hits: number;
  /** When the window ends, in ms, by the clock of `now`. */
  endsAt: number;
}

/**
 * Counts requests a client in the memory of this process. A window starts at a client's first request. The
 * number of clients is limited: above it, the one whose window began first is dropped, and starts again.
 */
export class RequestCounter {
  private readonly standings = new Map<string, ClientWindow>();

  constructor(
    private readonly windowMs: number,
    private readonly maxClients: number,
  ) {}

  /** Counts one request of a client at `now` and returns its window. */
  count(client: string, now: number): Readonly<ClientWindow> {
    const known = this.standings.get(client);
    if (known && known.endsAt > now) {
      known.hits += 1;
      return known;
    }
    // Inserted again, so that the map stays in the order in which the windows began.
    this.standings.delete(client);
    if (this.standings.size >= this.maxClients) {
      for (const oldest of this.standings.keys()) {
        this.standings.delete(oldest);
        break;
      }
    }
    const standing = { hits: 1, endsAt: now + this.windowMs };
    this.standings.set(client, standing);
    return standing;
  }

  /** Number of clients that are counted. */
  get size(): number {
    return this.standings.size;
  }
}
