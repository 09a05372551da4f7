import { type Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { planOf } from './dto-plan.js';

type Rules = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>;

/** What a class of rules is for, for the error message: the input of an action, the payload of a job. */
export interface RulesUse {
  readonly what: 'input' | 'payload';
  /** Name of the class that uses it. */
  readonly of: string;
}

/**
 * Why `validateAs` can't check values by this class, as a sentence that names the class and the fix;
 * undefined if it can.
 */
export function rulesProblem(type: unknown, { what, of }: RulesUse): string | undefined {
  if (typeof type !== 'function') {
    return `The ${what} of ${of} is not a class: write one whose fields have class-validator decorators.`;
  }
  const problem = problemOf(type as Type<object>, new Set());
  return problem === undefined ? undefined : `The ${what} class ${type.name} of ${of} ${problem}`;
}

function problemOf(type: Type<object>, seen: Set<Type<object>>, at?: string): string | undefined {
  seen.add(type);
  const storage = getMetadataStorage();
  const rules = storage.getTargetValidationMetadatas(type, '', false, false);
  if (rules.length === 0) {
    return at === undefined
      ? 'has no rules: give each of its fields class-validator decorators.'
      : `has no rules for ${at}: give each field of ${type.name} class-validator decorators.`;
  }
  const late = rules.find(isAsynchronous);
  if (late) {
    return `has an asynchronous rule for ${late.propertyName}: it would not be applied, so check that in your own code.`;
  }
  for (const { name, kind, type: nested } of planOf(type).values()) {
    const isNested = rules.some(
      (rule) => rule.propertyName === name && rule.type === 'nestedValidation',
    );
    if (!isNested) continue;
    if (kind === 'plain') {
      return `has @ValidateNested for ${name} and no class for it: add @Type(() => …).`;
    }
    const problem = nested && !seen.has(nested) ? problemOf(nested, seen, name) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isAsynchronous({ constraintCls }: Rules[number]): boolean {
  if ((constraintCls as unknown) === undefined) return false;
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .some((constraint) => constraint.async);
}
