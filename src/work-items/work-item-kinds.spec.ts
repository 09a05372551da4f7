import {
  closedStatesOf,
  isOpenState,
  isStateOf,
  isWorkItemKind,
  kindAndStateProblem,
  openStatesOf,
  statesOf,
  WORK_ITEM_KIND_NAMES,
} from './work-item-kinds.js';

describe('work item kinds', () => {
  it('knows the six kinds', () => {
    expect(WORK_ITEM_KIND_NAMES).toEqual([
      'reminder',
      'proposal',
      'retention_contact',
      'handoff',
      'intake_lead',
      'notification_delivery',
    ]);
  });

  it.each(['constructor', '__proto__', 'toString', 'Reminder', 'reminder ', ''])(
    'does not take %p for a kind',
    (word) => expect(isWorkItemKind(word)).toBe(false),
  );

  it.each(WORK_ITEM_KIND_NAMES)('gives every state of %s one side, open or closed', (kind) => {
    const states = statesOf(kind);
    expect(new Set(states).size).toBe(states.length);
    for (const state of openStatesOf(kind)) expect(isOpenState(kind, state)).toBe(true);
    for (const state of closedStatesOf(kind)) expect(isOpenState(kind, state)).toBe(false);
  });

  it('judges one word by its kind: a sent proposal is open, a sent notification is not', () => {
    expect(isOpenState('proposal', 'sent')).toBe(true);
    expect(isOpenState('notification_delivery', 'sent')).toBe(false);
    expect(isStateOf('reminder', 'sent')).toBe(false);
  });

  it('says which kinds and states there are', () => {
    expect(kindAndStateProblem('reminder', 'open')).toBeUndefined();
    expect(kindAndStateProblem('constructor', 'open')?.field).toBe('kind');
    expect(kindAndStateProblem('reminder', 'failed')).toEqual({
      field: 'state',
      message: 'state of a reminder must be one of: open, done, cancelled',
    });
  });
});
