import { type JSX } from 'react';
import { type Webhook } from '../../api/webhooks.js';
import { Badge } from '../../ui/badge.js';
import { exactTime, relativeTime } from '../../ui/relative-time.js';
import { reasonOf } from './webhook-text.js';

/** Whether a webhook is enabled, fails, or is disabled and why. */
export function WebhookState({
  webhook,
  now,
}: {
  readonly webhook: Webhook;
  readonly now: number;
}): JSX.Element {
  const { enabled, disabledReason, failingSince } = webhook;
  if (!enabled) {
    return (
      <Badge tone={disabledReason === 'operator' ? 'quiet' : 'bad'} text={reasonOf(webhook)} />
    );
  }
  if (failingSince === null) return <Badge tone="good" text="enabled" />;
  return (
    <span title={exactTime(failingSince)}>
      <Badge tone="warn" text={`failing, since ${relativeTime(failingSince, now)}`} />
    </span>
  );
}
