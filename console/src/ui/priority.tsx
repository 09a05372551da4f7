import { type JSX } from 'react';
import { type Priority } from '../api/client.js';

export function priorityName(priority: Priority): string {
  return priority.charAt(0).toUpperCase() + priority.slice(1);
}

/** A priority as bars, critical as a mark of its own. */
export function PriorityMark({ priority }: { readonly priority: Priority }): JSX.Element {
  const name = priorityName(priority);
  if (priority === 'critical') {
    return (
      <span className="critical" role="img" aria-label={name} title={name}>
        !
      </span>
    );
  }
  return (
    <span className={`pri ${priority}`} role="img" aria-label={name} title={name}>
      <i />
      <i />
      <i />
    </span>
  );
}
