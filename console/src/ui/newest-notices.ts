/** Most notices at once of those that stay, and of those that go by themselves. */
const MOST = 3;

/** The newest notices: what was done pushes out no fault, which nobody may have read yet. */
export function newestNotices<T extends { readonly code?: string }>(notices: readonly T[]): T[] {
  const faults = notices.filter(({ code }) => code !== undefined).slice(-MOST);
  const others = notices.filter(({ code }) => code === undefined).slice(-MOST);
  return notices.filter((each) => faults.includes(each) || others.includes(each));
}
