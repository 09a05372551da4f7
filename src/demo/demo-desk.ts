import { COMMAND_CENTER_DESK } from './desks/command-center.desk.js';
import { CUSTOMER_DESK } from './desks/customer.desk.js';
import { REVIEW_DESK } from './desks/review.desk.js';

/** Three desks with about sixty items, from which the rules compute scores, flags and recommendations. */
export const DEMO_DESKS = [COMMAND_CENTER_DESK, REVIEW_DESK, CUSTOMER_DESK] as const;
