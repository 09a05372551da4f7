import { type JSX } from 'react';
import { SERVER_URL } from '../../api/base.js';

interface Props {
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}

/** What stands in place of an empty list: how something gets there. */
export function QueueEmpty({ isFiltered, onClear }: Props): JSX.Element {
  if (isFiltered) {
    return (
      <div className="empty">
        <h2>Nothing matches these filters</h2>
        <button type="button" className="b" onClick={onClear}>
          Clear the filters
        </button>
      </div>
    );
  }
  return (
    <div className="empty">
      <h2>Nothing to do</h2>
      <p className="sub">
        What the rules recommend appears here, ranked. Push a work item and run the rules:
      </p>
      <pre tabIndex={0}>
        {`curl -X PUT ${SERVER_URL}/api/work-items/reminder/call-acme \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"title":"Call Acme","state":"open","dueAt":"2026-01-15T09:00:00Z"}'
curl -X POST ${SERVER_URL}/api/next-actions/run \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{}'`}
      </pre>
    </div>
  );
}
