import { type ActionStyle } from '../model/next-action-button.dto.js';
import { buttonOrder } from './button-order.js';

const button = (actionKey: string, style: ActionStyle) => ({ actionKey, style });
const BUTTONS = [
  button('dismiss', 'danger'),
  button('snooze', 'secondary'),
  button('mark_done', 'primary'),
  button('assign', 'secondary'),
];
const keysOf = (preferred?: readonly string[]) =>
  buttonOrder(BUTTONS, preferred).map(({ actionKey }) => actionKey);

describe('the order of buttons', () => {
  it('is by style, then by key', () => {
    expect(keysOf()).toEqual(['mark_done', 'assign', 'snooze', 'dismiss']);
  });

  it('begins with the preferred keys, in their order', () => {
    expect(keysOf(['snooze', 'gone', 'dismiss'])).toEqual([
      'snooze',
      'dismiss',
      'mark_done',
      'assign',
    ]);
  });

  it('leaves the buttons that it was given as they are', () => {
    const before = [...BUTTONS];
    keysOf();
    expect(BUTTONS).toEqual(before);
  });
});
