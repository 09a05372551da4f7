import { type JSX, type ReactNode, useState } from 'react';
import { Icon } from './icons.js';
import { onDemand } from './on-demand.js';

export interface MenuProps {
  readonly label: string;
  readonly className: string;
  readonly trigger: ReactNode;
  readonly children: ReactNode;
}

/** What shows a menu is loaded after the first list. */
const popup = onDemand(() => import('./menu-popup.js'));

/** A button that opens a menu. */
export function Menu(props: MenuProps): JSX.Element {
  const parts = popup.usePart();
  const [begins, setBegins] = useState<'open' | 'focused'>();
  if (parts) return <parts.MenuPopup {...props} begins={begins} />;
  const { label, className, trigger } = props;
  return (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onFocus={() => setBegins('focused')}
      onBlur={() => setBegins(undefined)}
      onClick={() => {
        setBegins('open');
        popup.load(() => setBegins(undefined));
      }}
    >
      {trigger}
    </button>
  );
}

export interface MenuItemProps {
  readonly children: ReactNode;
  readonly danger?: boolean;
  readonly onClick: () => void;
}

export function MenuItem(props: MenuItemProps): JSX.Element | null {
  const parts = popup.usePart();
  return parts ? <parts.Item {...props} /> : null;
}

export interface ChoiceListProps {
  readonly value: string;
  /** Value and text of each; the empty value is no filter. */
  readonly choices: readonly (readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

interface ChoiceProps extends ChoiceListProps {
  readonly label: string;
}

/** A chip that shows what is chosen, and opens a menu of the choices. */
export function ChoiceChip({ label, ...list }: ChoiceProps): JSX.Element {
  const parts = popup.usePart();
  const { value, choices } = list;
  const chosen =
    value === '' ? undefined : (choices.find(([each]) => each === value)?.[1] ?? value);
  const text = chosen ?? label;
  return (
    <Menu
      label={chosen === undefined ? label : `${label}: ${chosen}`}
      className={chosen === undefined ? 'chip' : 'chip on'}
      trigger={
        <>
          <span className="chip-text">{text}</span>
          <Icon name="down" />
        </>
      }
    >
      {parts && <parts.ChoiceList {...list} />}
    </Menu>
  );
}
