import { SNAKE_CASE } from '../../kernel/scope.js';
import { type ListedNextAction } from '../model/next-action.js';
import { type AppliesTo, type DeliveryActionOptions } from './delivery-action.js';

const MEMBERS: readonly string[] = ['rules', 'sourceTypes'];

/**
 * What is wrong with an action's `appliesTo`, also where the compiler did not see it: a list that names
 * nothing would hide the button for good.
 */
export function appliesToProblem({ appliesTo }: DeliveryActionOptions): string | undefined {
  if (appliesTo === undefined) return undefined;
  if (typeof appliesTo === 'function') {
    return appliesTo.constructor.name === 'AsyncFunction'
      ? 'an asynchronous function: a list does not wait, so return true or false at once'
      : undefined;
  }
  const given: unknown = appliesTo;
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const keys = isObject ? Object.keys(given) : [];
  if (keys.length === 0 || !keys.every((key) => MEMBERS.includes(key))) {
    return 'give it rules, sourceTypes or both, or a function of the NBA';
  }
  const { rules, sourceTypes } = appliesTo;
  if (rules !== undefined && !isListOf(rules, isRuleKey)) {
    return 'rules is a list of one or more keys of rules';
  }
  if (sourceTypes !== undefined && !isListOf(sourceTypes, isSourceType)) {
    return 'sourceTypes is a list of one or more snake_case words';
  }
  return undefined;
}

/** Whether a rule or the source type of an NBA is one of these. */
export function isAbout(
  { rules = [], sourceTypes = [] }: AppliesTo,
  { createdByRule, sourceType }: Pick<ListedNextAction, 'createdByRule' | 'sourceType'>,
): boolean {
  return (
    (createdByRule !== null && rules.includes(createdByRule)) ||
    (sourceType !== null && sourceTypes.includes(sourceType))
  );
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(is);
}

function isRuleKey(item: unknown): boolean {
  return typeof item === 'string' && item.trim() !== '' && item.length <= 100;
}

function isSourceType(item: unknown): boolean {
  return typeof item === 'string' && SNAKE_CASE.test(item);
}
