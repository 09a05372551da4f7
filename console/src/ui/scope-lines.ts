/** The scopes of a text with one a line, each once. */
export function scopesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

/** A text with one scope a line, and one more. */
export function withScope(text: string, scope: string): string {
  return [...scopesOf(text), scope].join('\n');
}

/** Whether two lists name the same scopes, in whatever order. */
export function areSameScopes(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each) => others.includes(each));
}
