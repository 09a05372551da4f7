import { type NextBestAction } from './next-best-action.entity.js';

/** A next best action as read from the table: a plain value, nothing tracks or saves it. */
export type NextAction = Readonly<
  Omit<
    NextBestAction,
    'origin' | 'closedByExecutionId' | 'searchText' | 'conditionGoneAt' | 'conditionBackAt'
  >
>;

/** The fields that the items of a list leave out unless they are asked for. */
export type DetailField = 'payload' | 'explanation';

/** A next best action as a list shows it. */
export type ListedNextAction = Omit<NextAction, DetailField> &
  Partial<Pick<NextAction, DetailField>>;
