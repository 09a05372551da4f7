let search = '';

/** Remembers the filters of the queue for the way back from one of its actions. */
export function rememberQueue(queueSearch: string): void {
  search = queueSearch;
}

/** Forgets the filters: they are of the user who leaves. */
export function forgetQueue(): void {
  search = '';
}

/** The queue as it was left. */
export function queueAddress(): string {
  return `/${search}`;
}
