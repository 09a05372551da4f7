import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsInt,
  IsString,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { rulesProblem } from './dto-rules.js';

class Plain {
  days!: number;
}

class Ruled {
  @IsInt()
  days!: number;
}

class WithPlain {
  @ValidateNested()
  @Type(() => Plain)
  part!: Plain;
}

class WithoutType {
  @ValidateNested()
  part!: Ruled;
}

class Tree {
  @IsString()
  name!: string;

  @ValidateNested({ each: true })
  @Type(() => Tree)
  children!: Tree[];
}

@ValidatorConstraint({ async: true })
class Asked implements ValidatorConstraintInterface {
  validate(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

class Asking {
  @Validate(Asked)
  name!: string;
}

describe('the check of a class of rules', () => {
  const problem = (type: unknown) => rulesProblem(type, { what: 'input', of: 'WaveAction' });

  it.each([
    [undefined, 'The input of WaveAction is not a class: write one'],
    [{ days: 1 }, 'The input of WaveAction is not a class: write one'],
    [String, 'The input class String of WaveAction has no rules: give each of its fields'],
    [Plain, 'The input class Plain of WaveAction has no rules: give each of its fields'],
    [WithPlain, 'The input class WithPlain of WaveAction has no rules for part: give each field'],
    [WithoutType, 'has @ValidateNested for part and no class for it: add @Type'],
    [Asking, 'has an asynchronous rule for name: it would not be applied'],
  ])('finds the fault of %p', (type, sentence) => {
    expect(problem(type)).toContain(sentence);
  });

  it.each([[Ruled], [Tree]])('finds none in %p', (type) => {
    expect(problem(type)).toBeUndefined();
  });
});
