import { type Priority } from '../common/priority.js';
import { type Scope } from '../common/scope.js';

/** A recommendation of the demo desk. */
export interface DemoNextAction {
  readonly title: string;
  readonly reason: string;
  readonly priority: Priority;
  /** 0–100. */
  readonly score: number;
  readonly sourceType: string;
  readonly actionUrl: string;
  readonly dedupeKey: string;
  /** Snoozed until so many hours from now; negative: the snooze is over. */
  readonly snoozedForHours?: number;
}

const REVIEW_STREAM: Scope = { entityType: 'review_stream', entityId: 'review_stream' };
const COMMAND_CENTER: Scope = { entityType: 'command_center', entityId: 'command_center' };

/** Twelve believable recommendations in two scopes, for a first look. */
export const DEMO_DESK: readonly { scope: Scope; nextActions: readonly DemoNextAction[] }[] = [
  {
    scope: COMMAND_CENTER,
    nextActions: [
      {
        title: 'Retry failed deliveries',
        reason: '4 notification deliveries failed in the last 24 hours.',
        priority: 'high',
        score: 87,
        sourceType: 'notification_delivery',
        actionUrl: '/deliveries?state=failed',
        dedupeKey: 'demo:failed-deliveries',
      },
      {
        title: 'Work off overdue reminders',
        reason: '3 reminders are overdue, the oldest since Thursday.',
        priority: 'high',
        score: 79,
        sourceType: 'reminder',
        actionUrl: '/reminders?overdue=true',
        dedupeKey: 'demo:overdue-reminders',
      },
      {
        title: 'Schedule follow-up dates',
        reason: '5 sent proposals have no follow-up date.',
        priority: 'medium',
        score: 66,
        sourceType: 'proposal',
        actionUrl: '/proposals?followUp=none',
        dedupeKey: 'demo:no-follow-up',
      },
      {
        title: 'Call Harbour & Finch about their renewal',
        reason: 'Their retention contact is 6 days overdue.',
        priority: 'high',
        score: 74,
        sourceType: 'retention_contact',
        actionUrl: '/retention/harbour-finch',
        dedupeKey: 'demo:retention:harbour-finch',
      },
      {
        title: 'Score the new intake leads',
        reason: '7 intake leads have no score yet.',
        priority: 'low',
        score: 41,
        sourceType: 'intake_lead',
        actionUrl: '/leads?state=new',
        dedupeKey: 'demo:unscored-leads',
      },
      {
        title: 'Ask Northwind to confirm the handoff',
        reason: 'The handoff has waited 4 days for the client.',
        priority: 'medium',
        score: 58,
        sourceType: 'handoff',
        actionUrl: '/handoffs/northwind',
        dedupeKey: 'demo:handoff:northwind',
        snoozedForHours: 20,
      },
      {
        title: 'Send Lumen Dental the revised quote',
        reason: 'They opened the first one twice this week.',
        priority: 'medium',
        score: 61,
        sourceType: 'proposal',
        actionUrl: '/proposals/lumen-dental',
        dedupeKey: 'demo:quote:lumen-dental',
        snoozedForHours: -3,
      },
    ],
  },
  {
    scope: REVIEW_STREAM,
    nextActions: [
      {
        title: 'Answer the two-star review of Mill Street',
        reason: 'It has been public for 2 days without an answer.',
        priority: 'high',
        score: 77,
        sourceType: 'review',
        actionUrl: '/reviews/mill-street',
        dedupeKey: 'demo:review:mill-street',
      },
      {
        title: 'Thank the reviewers of the weekend',
        reason: '6 five-star reviews have no answer.',
        priority: 'low',
        score: 36,
        sourceType: 'review',
        actionUrl: '/reviews?stars=5',
        dedupeKey: 'demo:review:thanks',
      },
      {
        title: 'Remind Oak Lane of their survey',
        reason: 'The survey was sent 9 days ago.',
        priority: 'medium',
        score: 52,
        sourceType: 'reminder',
        actionUrl: '/surveys/oak-lane',
        dedupeKey: 'demo:survey:oak-lane',
      },
      {
        title: 'Follow up the proposal to Brightside',
        reason: 'Its follow-up date was yesterday.',
        priority: 'medium',
        score: 63,
        sourceType: 'proposal',
        actionUrl: '/proposals/brightside',
        dedupeKey: 'demo:follow-up:brightside',
      },
      {
        title: 'Check in with Calder & Sons',
        reason: 'Nobody has talked to them for 60 days.',
        priority: 'medium',
        score: 55,
        sourceType: 'retention_contact',
        actionUrl: '/retention/calder',
        dedupeKey: 'demo:retention:calder',
      },
    ],
  },
];
