/** The single keys of the queue, by the action that they press. */
export const ACTION_KEYS = {
  mark_done: 'e',
  snooze: 'z',
  dismiss: 'd',
  assign: 'a',
} as const;
