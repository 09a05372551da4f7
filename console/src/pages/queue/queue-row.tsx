import { type JSX, memo, type Ref, useState } from 'react';
import { Link } from 'wouter';
import { type NextAction } from '../../api/client.js';
import { Avatar } from '../../next-action/avatar.js';
import { Buttons } from '../../next-action/buttons.js';
import { scopeName } from '../../next-action/scope-name.js';
import { isSnoozed } from '../../next-action/snoozed.js';
import { isOpen, isRefusal, isStuck, type Press } from '../../press/press.js';
import { presses } from '../../press/pressing.js';
import { StandingText } from '../../press/standing-text.js';
import { PriorityMark } from '../../ui/priority.js';
import { distanceOf, exactTime } from '../../ui/relative-time.js';
import { useNow } from '../../ui/time.js';
import { rowId } from './selection.js';

interface Props {
  /** Measures the row. */
  readonly ref: Ref<HTMLLIElement>;
  /** Its place among the rows that are read so far, from 0, and how many these are. */
  readonly index: number;
  readonly count: number;
  readonly item: NextAction;
  /** The newest press of it in this page. */
  readonly press: Press | undefined;
  readonly isSelected: boolean;
  readonly isChecked: boolean;
  readonly isLeaving: boolean;
  readonly onSelect: (id: string) => void;
  readonly onToggle: (id: string) => void;
}

/** One next best action in the list; its buttons show where it is selected or under the pointer. */
export const QueueRow = memo(function QueueRow(props: Props): JSX.Element {
  const { ref, index, count, item, press, isSelected, isChecked, isLeaving, onSelect, onToggle } =
    props;
  const [isHovered, setHovered] = useState(false);
  const stands = press !== undefined && hasStanding(press, item.id);
  const hasButtons = (isSelected || isHovered) && !stands && item.actions.length > 0;
  const className = [isSelected && 'sel', isLeaving && 'leaving', isChecked && 'checked'];
  return (
    <li
      ref={ref}
      data-index={index}
      aria-posinset={index + 1}
      aria-setsize={count}
      id={rowId(item.id)}
      className={className.filter(Boolean).join(' ')}
      onPointerEnter={(event) => event.pointerType === 'mouse' && setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onClick={() => onSelect(item.id)}
      onFocus={() => onSelect(item.id)}
    >
      <input
        className="check"
        type="checkbox"
        aria-label={`Select ${item.title}`}
        checked={isChecked}
        onChange={() => onToggle(item.id)}
        onClick={(event) => event.stopPropagation()}
      />
      <PriorityMark priority={item.priority} />
      <span className="score" title="Rank">
        {item.score}
      </span>
      <div className="text">
        <Link className="t" href={`/actions/${item.id}`}>
          {item.title}
        </Link>
        {item.reason !== null && <div className="r">{item.reason}</div>}
      </div>
      {stands && <Standing press={press} id={item.id} />}
      {hasButtons && <Buttons items={[item]} buttons={item.actions} shown={2} />}
      {!stands && !hasButtons && <Meta item={item} />}
    </li>
  );
});

function hasStanding(press: Press, id: string): boolean {
  return isOpen(press) || (isRefusal(press.outcomes[id]) && press.undo === undefined);
}

function Standing({ press, id }: { press: Press; id: string }): JSX.Element {
  return (
    <div className={isRefusal(press.outcomes[id]) ? 'standing refused' : 'standing'}>
      <span>
        <StandingText press={press} id={id} />
      </span>
      {isStuck(press) && (
        <button className="b" type="button" onClick={() => presses.askAgain(press.intent.key)}>
          Ask again
        </button>
      )}
    </div>
  );
}

function Meta({ item }: { readonly item: NextAction }): JSX.Element {
  const now = useNow(60_000);
  return (
    <div className="meta">
      {isSnoozed(item, now) && <span className="tag">snoozed</span>}
      <span className="tag">{scopeName(item)}</span>
      <time
        className="age"
        dateTime={item.createdAt}
        title={exactTime(item.createdAt)}
        data-exact={exactTime(item.createdAt)}
      >
        {distanceOf(item.createdAt, now)}
      </time>
      <Avatar item={item} />
    </div>
  );
}
