import { WORK_ITEM_KINDS } from '../../../src/work-items/work-item-kinds.js';
import { isKind, KIND_STATES, statesOf } from './kinds.js';

describe('the kinds of work item', () => {
  it('have the states that the server knows', () => {
    expect(KIND_STATES).toEqual(WORK_ITEM_KINDS);
    expect(statesOf('reminder')).toEqual(['open', 'done', 'cancelled']);
  });

  it('are no names of members of every object', () => {
    expect(isKind('handoff')).toBe(true);
    expect(isKind('toString')).toBe(false);
  });
});
