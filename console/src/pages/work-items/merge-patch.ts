type Members = Readonly<Record<string, unknown>>;

/**
 * The merge patch (RFC 7396) that makes `to` of `from`: only what differs; null for what is gone. A member that is
 * null in `to` is removed: a merge patch can't say null.
 */
export function mergePatchOf(from: Members, to: Members): Record<string, unknown> {
  const patch = new Map<string, unknown>();
  for (const name of Object.keys(from)) {
    if (!Object.hasOwn(to, name)) patch.set(name, null);
  }
  for (const [name, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, name) ? from[name] : undefined;
    if (isSame(before, value)) continue;
    patch.set(name, isObject(before) && isObject(value) ? mergePatchOf(before, value) : value);
  }
  return Object.fromEntries(patch);
}

function isSame(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return JSON.stringify(a) === JSON.stringify(b);
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
