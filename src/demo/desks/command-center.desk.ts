import { DEFAULT_SCOPE } from '../../kernel/scope.js';
import { type DemoDesk } from '../demo-item.js';
import { ARRIVALS } from './command-center.arrivals.js';
import { PROMISES } from './command-center.promises.js';

/** The desk of a small agency on a bad day: every rule finds something, at any hour. */
export const COMMAND_CENTER_DESK: DemoDesk = {
  scope: DEFAULT_SCOPE,
  snoozes: [
    { ruleKey: 'handoff_no_client_confirm', hours: 20 },
    { ruleKey: 'proposals_sent_no_followup_date', hours: -3 },
  ],
  items: [...PROMISES, ...ARRIVALS],
};
