import { type NextBestAction } from './next-best-action.entity.js';

/** A next best action as read from the table: a plain value, nothing tracks or saves it. */
export type NextAction = Readonly<Omit<NextBestAction, 'origin' | 'closedByExecutionId'>>;
