import { Menu as Base } from '@base-ui/react/menu';
import { type JSX, type ReactNode } from 'react';
import { Icon } from './icons.js';

interface MenuProps {
  readonly label: string;
  readonly className: string;
  readonly trigger: ReactNode;
  readonly children: ReactNode;
}

/** A button that opens a menu. */
export function Menu({ label, className, trigger, children }: MenuProps): JSX.Element {
  return (
    <Base.Root>
      <Base.Trigger className={className} aria-label={label}>
        {trigger}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="floating" sideOffset={4} align="start">
          <Base.Popup className="menu">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface ItemProps {
  readonly children: ReactNode;
  readonly danger?: boolean;
  readonly onClick: () => void;
}

export function MenuItem({ children, danger = false, onClick }: ItemProps): JSX.Element {
  return (
    <Base.Item className={danger ? 'menu-item danger' : 'menu-item'} onClick={onClick}>
      {children}
    </Base.Item>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  /** Value and text of each; the empty value is no filter. */
  readonly choices: readonly (readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

/** A chip that shows what is chosen, and opens a menu of the choices. */
export function ChoiceChip({ label, value, choices, onChange }: ChoiceProps): JSX.Element {
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
      <Base.RadioGroup value={value} onValueChange={(next: unknown) => onChange(String(next))}>
        {choices.map(([each, name]) => (
          <Base.RadioItem key={each} className="menu-item" value={each} closeOnClick>
            <span className="menu-mark">
              <Base.RadioItemIndicator>
                <Icon name="check" />
              </Base.RadioItemIndicator>
            </span>
            {name}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Menu>
  );
}
