/** A table whose rows a search finds by `search_text`, which has a trigram index that the start builds. */
export interface SearchedTable {
  readonly table: string;
  readonly index: string;
  /** The predicate of the index; all rows are in it without one. */
  readonly where?: string;
  /** The columns that `search_text` is folded from, in their order. */
  readonly columns: readonly string[];
}
