/** From lowest to highest: of a work item and a next best action; also the severity of a risk flag. */
export const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Priority = (typeof PRIORITIES)[number];

export function isPriority(word: string): word is Priority {
  return (PRIORITIES as readonly string[]).includes(word);
}

/** 0 for low to 3 for critical. */
export function priorityRank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}
