import { type JSX } from 'react';
import { SERVER_URL } from '../../api/base.js';
import { Empty } from '../../ui/list.js';

interface Props {
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}

/** What stands in place of an empty list: how an item gets there. */
export function ItemsEmpty({ isFiltered, onClear }: Props): JSX.Element {
  if (isFiltered) {
    return (
      <Empty title="No work item matches these filters">
        <button type="button" className="b" onClick={onClear}>
          Clear the filters
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No work items yet">
      <p className="sub">
        What other systems push appears here: reminders, proposals, leads and more. Import a CSV
        file, or push one:
      </p>
      <pre tabIndex={0}>
        {`curl -X PUT ${SERVER_URL}/api/work-items/reminder/call-acme \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"title":"Call Acme","state":"open","dueAt":"2026-01-15T09:00:00Z"}'`}
      </pre>
    </Empty>
  );
}
