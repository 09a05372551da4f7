import { type JSX, useMemo } from 'react';
import { type ActionButton, type NextAction } from '../../api/client.js';
import { Buttons } from '../../next-action/buttons.js';

interface Props {
  readonly items: readonly NextAction[];
  readonly onClear: () => void;
}

/** The buttons that all selected rows have. */
export function BulkBar({ items, onClear }: Props): JSX.Element {
  const buttons = useMemo(() => commonButtons(items), [items]);
  return (
    <div className="bulk" role="region" aria-label="Selected actions">
      <strong>{items.length} selected</strong>
      <Buttons items={items} buttons={buttons} shown={3} />
      {buttons.length === 0 && <span className="sub">They have no button in common.</span>}
      <button type="button" className="b" onClick={onClear}>
        Clear
      </button>
    </div>
  );
}

/** The buttons that all of them have. */
export function commonButtons([first, ...others]: readonly NextAction[]): ActionButton[] {
  return (first?.actions ?? []).filter(({ actionKey }) =>
    others.every(({ actions }) => actions.some((each) => each.actionKey === actionKey)),
  );
}
