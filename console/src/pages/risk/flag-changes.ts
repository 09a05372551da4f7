import { type Schemas } from '../../api/client.js';

export type Flag = Schemas['RiskFlagAnswer'];
export type FlagChange = Schemas['PatchRiskFlagBody'];
type FlagAction = FlagChange['action'];

/** What may be done with a flag in each state, in the order of the buttons. */
const ACTIONS: Readonly<Record<Flag['status'], readonly FlagAction[]>> = {
  open: ['resolve', 'snooze', 'dismiss'],
  snoozed: ['reopen', 'snooze', 'resolve', 'dismiss'],
  resolved: ['reopen'],
  dismissed: ['reopen'],
};

export function actionsOn({ status }: Pick<Flag, 'status'>): readonly FlagAction[] {
  return ACTIONS[status];
}

type Standing = Pick<Flag, 'status' | 'snoozedUntil'>;

/**
 * What brings a flag back into the state that it had: one or two changes, in their order. A snooze that has
 * run out meanwhile is left away; `now` is in ms since the epoch.
 */
export function waysBack(before: Standing, after: Standing, now: number): FlagChange[] {
  const { status, snoozedUntil } = before;
  if (status === 'resolved') return [{ action: 'resolve' }];
  if (status === 'dismissed') return [{ action: 'dismiss' }];
  const isOver = snoozedUntil === null || Date.parse(snoozedUntil) <= now;
  const snooze: FlagChange[] =
    status === 'snoozed' && !isOver ? [{ action: 'snooze', until: snoozedUntil }] : [];
  const isClosed = after.status === 'resolved' || after.status === 'dismissed';
  const wakes = after.status === 'snoozed' && snooze.length === 0;
  return [...(isClosed || wakes ? [{ action: 'reopen' as const }] : []), ...snooze];
}
