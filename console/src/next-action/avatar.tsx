import { type JSX } from 'react';
import { type NextAction } from '../api/client.js';
import { usePeople } from '../api/queries.js';

/** The initials of a name: `Ann Example` → `AE`, `Otto` → `OT`. */
function initialsOf(name: string): string {
  const [first = '', second] = name.split(/[\s.@_-]+/).filter((word) => word !== '');
  return (
    second === undefined ? first.slice(0, 2) : first.slice(0, 1) + second.slice(0, 1)
  ).toUpperCase();
}

/** To whom a next best action is assigned; nothing for nobody. */
export function Avatar({ item }: { readonly item: NextAction }): JSX.Element | null {
  const { assigneeId } = item;
  const people = usePeople(item, assigneeId !== null);
  if (assigneeId === null) return null;
  const name = people.data?.items.find(({ id }) => id === assigneeId)?.name ?? 'somebody else';
  const text = `Assigned to ${name}`;
  return (
    <span className="av" role="img" aria-label={text} title={text}>
      {initialsOf(name)}
    </span>
  );
}
