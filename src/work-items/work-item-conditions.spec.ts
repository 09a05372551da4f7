import {
  type ConditionSubject,
  meetsCondition,
  timeWindows,
  WORK_ITEM_CONDITIONS,
  type WorkItemCondition,
  type WorkItemConditionKey,
} from './work-item-conditions.js';
import { isOpenState, WORK_ITEM_KIND_NAMES, type WorkItemKind } from './work-item-kinds.js';

const NOON = new Date('2026-11-24T12:00:00Z');

function item(kind: WorkItemKind, state: string, rest: Partial<ConditionSubject> = {}) {
  return { kind, state, priority: 'medium', dueAt: null, occurredAt: NOON, ...rest } as const;
}

function meets(subject: ConditionSubject, key: WorkItemConditionKey, now = NOON): boolean {
  return meetsCondition(subject, WORK_ITEM_CONDITIONS[key], timeWindows(now));
}

describe('conditions of work items', () => {
  it.each(Object.entries<WorkItemCondition>(WORK_ITEM_CONDITIONS))(
    '%s counts open states only, so it never reads the history',
    (_key, condition) => {
      for (const state of condition.states) {
        expect(isOpenState(condition.kind, state)).toBe(true);
      }
    },
  );

  it.each<[WorkItemConditionKey, WorkItemKind]>([
    ['reminder_overdue', 'reminder'],
    ['retention_overdue', 'retention_contact'],
  ])('%s: due strictly before now', (key, kind) => {
    const dueAt = (ms: number) => item(kind, 'open', { dueAt: new Date(NOON.getTime() + ms) });
    expect(meets(dueAt(-1), key)).toBe(true);
    expect(meets(dueAt(0), key)).toBe(false);
    expect(meets(dueAt(1), key)).toBe(false);
    expect(meets(item(kind, 'open'), key)).toBe(false);
    expect(meets({ ...dueAt(-1), state: 'closed' }, key)).toBe(false);
  });

  it.each([
    ['low', false],
    ['medium', false],
    ['high', true],
    ['critical', true],
  ] as const)('counts an overdue reminder of priority %s as high priority: %s', (priority, yes) => {
    const reminder = item('reminder', 'open', { priority, dueAt: new Date(NOON.getTime() - 1) });
    expect(meets(reminder, 'reminder_overdue_high_priority')).toBe(yes);
    expect(meets(reminder, 'reminder_overdue')).toBe(true);
  });

  it.each([
    ['yesterday, last instant', '2026-11-23T23:59:59.999Z', '2026-11-24T00:00:00Z', true],
    ['today, first instant', '2026-11-24T00:00:00.000Z', '2026-11-24T23:59:59.999Z', false],
    ['today, an hour ago', '2026-11-24T11:00:00.000Z', '2026-11-24T12:00:00Z', false],
    [
      'an instant before midnight, asked then',
      '2026-11-23T10:00:00Z',
      '2026-11-23T23:59:59.999Z',
      false,
    ],
    ['an instant later it is yesterday', '2026-11-23T10:00:00Z', '2026-11-24T00:00:00.000Z', true],
    [
      'the 23rd in Montreal that is the 24th in UTC',
      '2026-11-23T20:00:00-05:00',
      '2026-11-24T12:00:00Z',
      false,
    ],
    [
      'the 24th in Auckland that is the 23rd in UTC',
      '2026-11-24T08:00:00+13:00',
      '2026-11-24T12:00:00Z',
      true,
    ],
    [
      'asked on an evening in Montreal, tomorrow in UTC',
      '2026-11-24T12:00:00Z',
      '2026-11-24T20:00:00-05:00',
      true,
    ],
  ])('proposal follow-up before today: %s', (_name, dueAt, now, overdue) => {
    const proposal = item('proposal', 'viewed', { dueAt: new Date(dueAt) });
    expect(meets(proposal, 'proposal_follow_up_overdue', new Date(now))).toBe(overdue);
  });

  it.each([
    ['draft', false],
    ['sent', true],
    ['viewed', true],
    ['accepted', false],
    ['declined', false],
    ['withdrawn', false],
    ['expired', false],
  ])('counts the overdue follow-up of a %s proposal: %s', (state, yes) => {
    const proposal = item('proposal', state, { dueAt: new Date('2026-11-01T00:00:00Z') });
    expect(meets(proposal, 'proposal_follow_up_overdue')).toBe(yes);
  });

  it('counts a proposal without a follow-up date only while it is sent', () => {
    expect(meets(item('proposal', 'sent'), 'proposal_without_follow_up')).toBe(true);
    expect(meets(item('proposal', 'sent', { dueAt: NOON }), 'proposal_without_follow_up')).toBe(
      false,
    );
    expect(meets(item('proposal', 'draft'), 'proposal_without_follow_up')).toBe(false);
    expect(meets(item('proposal', 'viewed'), 'proposal_without_follow_up')).toBe(false);
  });

  it.each([
    ['24 hours ago to the millisecond', '2026-11-23T12:00:00.000Z', true, false],
    ['a millisecond more', '2026-11-23T11:59:59.999Z', false, false],
    ['yesterday, last instant', '2026-11-23T23:59:59.999Z', true, false],
    ['today, first instant', '2026-11-24T00:00:00.000Z', true, true],
    ['now', '2026-11-24T12:00:00.000Z', true, true],
    ['ahead of our clock', '2026-11-24T12:00:05.000Z', true, true],
  ])('delivery failed %s', (_name, at, inLast24Hours, today) => {
    const delivery = item('notification_delivery', 'failed', { occurredAt: new Date(at) });
    expect(meets(delivery, 'delivery_failed_last_24_hours')).toBe(inLast24Hours);
    expect(meets(delivery, 'delivery_failed_today')).toBe(today);
    expect(meets(delivery, 'delivery_failed')).toBe(true);
  });

  it.each([
    ['handoff', 'awaiting_client_confirmation', 'handoff_awaiting_client', true],
    ['handoff', 'pending', 'handoff_awaiting_client', false],
    ['intake_lead', 'new', 'lead_unscored', true],
    ['intake_lead', 'scored', 'lead_unscored', false],
    ['notification_delivery', 'queued', 'delivery_failed', false],
  ] as const)('a %s in state %s meets %s: %s', (kind, state, key, yes) => {
    expect(meets(item(kind, state), key)).toBe(yes);
  });

  it('never counts an item of another kind', () => {
    for (const [key, condition] of Object.entries<WorkItemCondition>(WORK_ITEM_CONDITIONS)) {
      for (const kind of WORK_ITEM_KIND_NAMES.filter((name) => name !== condition.kind)) {
        for (const state of condition.states) {
          const other = item(kind, state, { dueAt: new Date(0), priority: 'critical' });
          expect(meets(other, key as WorkItemConditionKey)).toBe(false);
        }
      }
    }
  });
});
