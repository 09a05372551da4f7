import { createHash } from 'node:crypto';

/** A statement that is prepared once per connection and then executed by name. */
export interface Statement {
  /** Name in logs and errors. The name on the server is derived from the text. */
  readonly name: string;
  readonly text: string;
  /**
   * Not prepared, but planned for its values each time it is sent: which plan is fast depends on them, such
   * as on how often a word occurs.
   */
  readonly replanned?: boolean;
}

/** A statement with its values. */
export interface Query {
  readonly statement: Statement;
  readonly values: unknown[];
}

/**
 * The same, planned for its values each time: whether a trigram index or the order of a list leads to the
 * rows of a search depends on its text.
 */
export function replanned({ statement, values }: Query): Query {
  return { statement: { ...statement, replanned: true }, values };
}

/** Most texts that one process prepares: each takes memory in every connection, until that is closed. */
const MAX_PREPARED = 1000;

/**
 * The name of a prepared statement, derived from its text: two texts never share a name, and one text is
 * prepared once. Undefined for texts past the limit, which are sent unprepared: otherwise SQL that is built
 * from values would fill the memory of the server.
 */
export class StatementNames {
  private readonly names = new Map<string, string>();

  constructor(private readonly limit = MAX_PREPARED) {}

  of(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= this.limit) return known;
    const name = `s_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    this.names.set(text, name);
    return name;
  }
}
