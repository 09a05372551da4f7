import { useMemo } from 'react';
import { type ActionButton, type NextAction } from '../api/client.js';
import { useCommands } from '../palette/commands.js';
import { usePressButton } from '../press/pressing.js';

const NONE: Readonly<Record<string, string>> = {};

/** Offers buttons in the palette, with the keys that press them where there are some. */
export function useButtonCommands(
  items: readonly NextAction[],
  buttons: readonly ActionButton[],
  hints: Readonly<Record<string, string>> = NONE,
): void {
  const press = usePressButton();
  const [first, ...others] = items;
  const name = others.length === 0 ? (first?.title ?? '') : `${items.length} selected actions`;
  const commands = useMemo(
    () =>
      buttons.map((button) => ({
        id: `press ${button.actionKey}`,
        label: button.label,
        hint: hints[button.actionKey],
        run: () => press(button, items),
      })),
    [buttons, hints, items, press],
  );
  useCommands(name, commands);
}
