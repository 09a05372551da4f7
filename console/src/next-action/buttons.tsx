import { type JSX, type ReactNode } from 'react';
import { type ActionButton, type NextAction } from '../api/client.js';
import { usePressButton } from '../press/pressing.js';
import { Icon } from '../ui/icons.js';
import { Menu, MenuItem } from '../ui/menu.js';

interface Props {
  readonly items: readonly NextAction[];
  readonly buttons: readonly ActionButton[];
  /** How many stand side by side; the others are in a menu. */
  readonly shown: number;
  /** The key that presses a button, by its action. */
  readonly hints?: Readonly<Record<string, string>>;
}

/** The buttons of one next best action, or those that several have in common. None for whoever may not press. */
export function Buttons({ items, buttons, shown, hints = {} }: Props): JSX.Element | null {
  const press = usePressButton();
  if (buttons.length === 0) return null;
  const hint = ({ actionKey }: ActionButton): ReactNode =>
    hints[actionKey] !== undefined && <kbd aria-hidden="true">{hints[actionKey]}</kbd>;
  const rest = buttons.slice(shown);
  return (
    <div className="acts">
      {buttons.slice(0, shown).map((button, index) => (
        <button
          key={button.actionKey}
          type="button"
          className={index === 0 && button.style === 'primary' ? 'b p' : 'b'}
          onClick={() => press(button, items)}
        >
          {button.label}
          {hint(button)}
        </button>
      ))}
      {rest.length > 0 && (
        <Menu label="More actions" className="b square" trigger={<Icon name="more" />}>
          {rest.map((button) => (
            <MenuItem
              key={button.actionKey}
              danger={button.style === 'danger'}
              onClick={() => press(button, items)}
            >
              {button.label}
              {hint(button)}
            </MenuItem>
          ))}
        </Menu>
      )}
    </div>
  );
}
