import { type JSX, useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '../../api/rights.js';
import { useRenewedBy } from '../../live/renewed.js';
import { scopeName } from '../../next-action/scope-name.js';
import { Section } from '../../next-action/section.js';
import { Facts } from '../../ui/facts.js';
import { searchOf } from '../../ui/filter-values.js';
import { Loaded } from '../../ui/loaded.js';
import { PriorityMark, priorityName } from '../../ui/priority.js';
import { labelOf } from '../../ui/schema-fields.js';
import { SidePanel } from '../../ui/side-panel.js';
import { Time } from '../../ui/time.js';
import { Attributes } from '../../work-item/attributes.js';
import { Due } from '../../work-item/due.js';
import { ItemState } from '../../work-item/item-state.js';
import { type WorkItem, type WorkItemKind } from '../../work-item/kinds.js';
import { useWorkItem, WORK_ITEM_EVENTS, workItemKeys } from '../../work-item/work-item-queries.js';
import { DeleteDialog } from './delete-dialog.js';
import { EditDialog } from './edit-dialog.js';

interface Props {
  readonly kind: WorkItemKind;
  readonly externalId: string;
  readonly now: number;
  readonly onClose: () => void;
}

/** One work item with all its fields, and what may be done with it. */
export function ItemPanel({ kind, externalId, now, onClose }: Props): JSX.Element {
  const query = useWorkItem(kind, externalId);
  useRenewedBy(WORK_ITEM_EVENTS, workItemKeys.item(kind, externalId));
  return (
    <SidePanel label="Work item" onClose={onClose}>
      <Loaded query={query}>{(item) => <Shown item={item} now={now} onDeleted={onClose} />}</Loaded>
    </SidePanel>
  );
}

interface ShownProps {
  readonly item: WorkItem;
  readonly now: number;
  readonly onDeleted: () => void;
}

function Shown({ item, now, onDeleted }: ShownProps): JSX.Element {
  const [dialog, setDialog] = useState<'edit' | 'delete'>();
  const mayWrite = useMay('work-items.write');
  const mayReadLeads = useMay('leads.read');
  const closeDialog = (): void => setDialog(undefined);
  return (
    <>
      <div className="meta">
        <PriorityMark priority={item.priority} />
        <span>{priorityName(item.priority)}</span>
        <span>· {labelOf(item.kind)}</span>
        <span>· {scopeName(item)}</span>
      </div>
      <h2 className="detail-title">{item.title}</h2>
      {mayWrite && (
        <div className="acts panel-acts">
          <button type="button" className="b" onClick={() => setDialog('edit')}>
            Edit
          </button>
          <button type="button" className="b d" onClick={() => setDialog('delete')}>
            Delete
          </button>
        </div>
      )}
      <Section title="Fields">
        <Facts
          facts={[
            ['State', <ItemState key="state" item={item} />],
            ['Due', item.dueAt === null ? 'no date' : <Due key="due" item={item} now={now} />],
            ['In this state since', <Time key="occurred" at={item.occurredAt} now={now} />],
            ['Kind', <code key="kind">{item.kind}</code>],
            ['External id', <code key="external">{item.externalId}</code>],
            ['Scope', <code key="scope">{`${item.entityType}/${item.entityId}`}</code>],
            ['Scored', item.scoredAt && <Time key="scored" at={item.scoredAt} now={now} />],
            ['Created', <Time key="created" at={item.createdAt} now={now} />],
            ['Changed', <Time key="updated" at={item.updatedAt} now={now} />],
            ['Id', <code key="id">{item.id}</code>],
          ]}
        />
      </Section>
      <Section title="Attributes">
        {Object.keys(item.attributes).length === 0 && <p className="sub">None.</p>}
        <Attributes attributes={item.attributes} now={now} />
      </Section>
      {item.kind === 'intake_lead' && mayReadLeads && (
        <p className="links">
          <Link href={`/leads${searchOf({ lead: item.externalId })}`}>Score of this lead</Link>
        </p>
      )}
      {dialog === 'edit' && <EditDialog item={item} onClose={closeDialog} />}
      {dialog === 'delete' && (
        <DeleteDialog item={item} onClose={closeDialog} onDeleted={onDeleted} />
      )}
    </>
  );
}
