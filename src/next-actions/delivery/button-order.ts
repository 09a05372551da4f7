import { ACTION_STYLES, type NextActionButton } from '../model/next-action-button.dto.js';

/** Buttons in the order of the preferred keys, the others after them by style, then by key. */
export function buttonOrder<B extends Pick<NextActionButton, 'actionKey' | 'style'>>(
  buttons: readonly B[],
  preferredKeys: readonly string[] = [],
): B[] {
  const preference = ({ actionKey }: B): number => {
    const index = preferredKeys.indexOf(actionKey);
    return index === -1 ? preferredKeys.length : index;
  };
  return [...buttons].sort(
    (a, b) =>
      preference(a) - preference(b) ||
      ACTION_STYLES.indexOf(a.style) - ACTION_STYLES.indexOf(b.style) ||
      (a.actionKey < b.actionKey ? -1 : 1),
  );
}
