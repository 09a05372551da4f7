import { type JSX } from 'react';
import { Link } from 'wouter';
import { SERVER_URL } from '../../api/base.js';
import { useMay } from '../../api/rights.js';
import { Empty } from '../../ui/list.js';

interface Props {
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}

/** What stands in place of an empty list: how a lead gets there. */
export function LeadsEmpty({ isFiltered, onClear }: Props): JSX.Element {
  const mayWrite = useMay('work-items.write');
  if (isFiltered) {
    return (
      <Empty title="No lead matches these filters">
        <button type="button" className="b" onClick={onClear}>
          Clear the filters
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No leads yet">
      <p className="sub">
        Work items of the kind <code>intake_lead</code> appear here, and are scored by their
        attributes. Push one:
      </p>
      <pre tabIndex={0}>
        {`curl -X PUT ${SERVER_URL}/api/work-items/intake_lead/crm-1 \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"title":"Acme wants a website","state":"new","attributes":{"budget":20000,"urgency":"this_month"}}'`}
      </pre>
      {mayWrite && (
        <p>
          <Link href="/work-items?kind=intake_lead">Or import a CSV file</Link>
        </p>
      )}
    </Empty>
  );
}
