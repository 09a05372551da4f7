/**
 * The types of jobs in the order of their turns. A turn ends with a claim that got jobs, and with nothing else:
 * if a claim without jobs or a report ended one, too, a type could miss each of its turns, since a worker that
 * runs one job at a time reports and claims in a fixed rhythm.
 */
export class TypeTurns {
  private readonly types: string[];

  constructor(types: readonly string[]) {
    this.types = [...types];
  }

  /** The type whose turn it is comes first. */
  order(): readonly string[] {
    return this.types;
  }

  /** Ends the turn where jobs were claimed. */
  ended(claimed: number): void {
    if (claimed > 0) this.types.push(...this.types.splice(0, 1));
  }
}
