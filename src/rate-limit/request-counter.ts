/** How often one client came in the window that runs. */
interface ClientWindow {
  hits: number;
  /** When the window ends, in ms of the clock that is passed in. */
  endsAt: number;
}

/**
 * Counts requests a client in the memory of this process. A window starts at a client's first request.
 * It remembers a bounded number of clients: past it, the one whose window began first is forgotten,
 * and starts anew.
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
    // Put in anew, so that the map stays in the order in which the windows began.
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

  /** How many clients are remembered. */
  get size(): number {
    return this.standings.size;
  }
}
