import { isOverdue } from './overdue.js';

describe('a work item', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  const item = { kind: 'reminder', open: true, dueAt: '2026-03-10T11:59:59Z' } as const;

  it('is overdue when it is open and its time is over', () => {
    expect(isOverdue(item, now)).toBe(true);
    expect(isOverdue({ ...item, dueAt: '2026-03-10T12:00:00Z' }, now)).toBe(false);
    expect(isOverdue({ ...item, open: false }, now)).toBe(false);
    expect(isOverdue({ ...item, dueAt: null }, now)).toBe(false);
  });

  it('is overdue from the next UTC day on where it is a proposal', () => {
    const proposal = { ...item, kind: 'proposal', dueAt: '2026-03-10T00:00:00Z' } as const;
    expect(isOverdue(proposal, now)).toBe(false);
    expect(isOverdue(proposal, Date.parse('2026-03-11T00:00:00Z'))).toBe(true);
  });
});
