/** The value of a label for all that are past its limit. */
export const OTHER = 'other';

/** Bounds the values of a label: the first `limit` different ones are kept, all others are one. */
export class BoundedLabel {
  private readonly known = new Set<string>();

  constructor(private readonly limit: number) {}

  /** The value to use for this one. */
  of(value: string): string {
    if (this.known.has(value)) return value;
    if (this.known.size >= this.limit) return OTHER;
    this.known.add(value);
    return value;
  }
}
