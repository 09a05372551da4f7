import { Menu as Base } from '@base-ui/react/menu';
import { type JSX, useEffect, useRef } from 'react';
import { Icon } from './icons.js';
import { type ChoiceListProps, type MenuItemProps, type MenuProps } from './menu.js';

interface Props extends MenuProps {
  /** Whether it was asked for, or had the focus, before it was loaded. */
  readonly begins: 'open' | 'focused' | undefined;
}

/** A button with its menu. */
export function MenuPopup({ label, className, trigger, children, begins }: Props): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (begins === 'focused') button.current?.focus();
  }, [begins]);
  return (
    <Base.Root defaultOpen={begins === 'open'}>
      <Base.Trigger ref={button} className={className} aria-label={label}>
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

export function Item({ children, danger = false, onClick }: MenuItemProps): JSX.Element {
  return (
    <Base.Item className={danger ? 'menu-item danger' : 'menu-item'} onClick={onClick}>
      {children}
    </Base.Item>
  );
}

export function ChoiceList({ value, choices, onChange }: ChoiceListProps): JSX.Element {
  return (
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
  );
}
