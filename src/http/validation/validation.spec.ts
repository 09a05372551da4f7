import { Expose, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { type ValidationFailedError } from '../../kernel/errors/domain-error.js';
import { createValidationPipe, validateAs } from './validation.js';

let looks = 0;

class Item {
  @ValidateBy({
    name: 'isCounted',
    validator: {
      validate: (value) => {
        looks += 1;
        return value === 'fine';
      },
    },
  })
  name!: string;

  @IsOptional()
  @IsString()
  @Length(3, 10)
  @Matches(/^[a-z]+$/, { message: '$property must be in lower case' })
  code?: string;

  @IsOptional()
  @IsObject()
  attributes?: object;
}

class Body {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(5)
  @ValidateNested({ each: true })
  @Type(() => Item)
  items?: Item[];

  @IsOptional()
  @ValidateNested()
  @Type(() => Item)
  one?: Item;

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  @Transform(({ value }: { value: unknown }) =>
    Array.isArray(value) ? value.map((tag: unknown) => (tag === '' ? 'none' : tag)) : value,
  )
  tags?: string[];

  @IsOptional()
  @IsNumber({}, { each: true })
  @Type(() => Number)
  numbers?: number[];

  @IsOptional()
  @IsInt()
  @Expose({ name: 'due_in' })
  dueIn?: number;

  @IsOptional()
  @IsObject()
  payload?: object;
}

function problemsOf(value: unknown): { errors: string[]; detail: string; more: unknown } {
  try {
    validateAs(Body, value, '');
  } catch (error) {
    const { message, options } = error as ValidationFailedError;
    return {
      errors: options.errors!.map((one) => one.message),
      detail: message,
      more: options.extensions?.moreErrors,
    };
  }
  throw new Error('It was taken.');
}

describe('what is bound to a DTO', () => {
  it('is an instance, with instances in it', () => {
    const body = validateAs(
      Body,
      { items: [{ name: 'fine' }], one: { name: 'fine' }, numbers: ['1', 2], due_in: 3 },
      '',
    );
    expect(body).toBeInstanceOf(Body);
    expect(body.items![0]).toBeInstanceOf(Item);
    expect(body.one).toBeInstanceOf(Item);
    expect(body).toMatchObject({ numbers: [1, 2], dueIn: 3 });
  });

  it('holds free JSON as it came: it does not pass through class-transformer', () => {
    const payload = { a: [{ b: 1 }] };
    const attributes = { c: 2 };
    const body = validateAs(Body, { payload, items: [{ name: 'fine', attributes }] }, '');
    expect(body.payload).toBe(payload);
    expect(body.items![0]!.attributes).toBe(attributes);
  });

  it('is transformed as its class says, lists too', () => {
    expect(validateAs(Body, { tags: ['', 'a'] }, '').tags).toEqual(['none', 'a']);
  });
});

class Plain {
  @Length(1, 5)
  name!: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(9)
  count?: number;

  @IsOptional()
  @IsIn(['low', 'high'])
  level?: string;

  @IsOptional()
  @Matches(/^a/)
  code?: string;

  @IsOptional()
  @IsBoolean()
  open?: boolean;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(2)
  pair?: number[];
}

describe('what is wrong with a DTO in plain words', () => {
  it.each([
    [{ name: '' }, 'name must not be empty'],
    [{ name: 'abcdef' }, 'name must have at most 5 characters'],
    [{ name: 7 }, 'name must have 1 to 5 characters'],
    [{ name: 'a', count: 1.5 }, 'count must be a whole number'],
    [{ name: 'a', count: 0 }, 'count must be 1 or more'],
    [{ name: 'a', count: 10 }, 'count must be 9 or less'],
    [{ name: 'a', level: 'medium' }, 'level must be one of: low, high'],
    [{ name: 'a', code: 'b' }, 'code does not have the form that the API describes'],
    [{ name: 'a', open: 'yes' }, 'open must be true or false'],
    [{ name: 'a', pair: [1] }, 'pair must have at least 2 items'],
  ])('is said of %j', (value, message) => {
    expect(() => validateAs(Plain, value, '')).toThrow(`The request is not valid: ${message}.`);
  });
});

describe('what is wrong with a DTO', () => {
  it('is named once, by the rule that says what the field is, with its whole path', () => {
    const items = [{ name: 'fine' }, { name: 'fine', code: 7 }, { name: 'fine', code: 'ABCD' }];
    expect(problemsOf({ items }).errors).toEqual([
      'items.1.code must be a string',
      'items.2.code must be in lower case',
    ]);
    expect(problemsOf({ one: {} }).errors).toEqual(['one.name is required']);
    expect(problemsOf({ tags: [1] }).errors).toEqual(['each value in tags must be a string']);
  });

  it('is the same in a value that is validated for itself', () => {
    expect(() => validateAs(Item, { code: 1, x: 1 }, 'input')).toThrow(
      'The request is not valid: input.x is not a known field; input.name is required; input.code must be a string.',
    );
    expect(() => validateAs(Item, [], 'input')).toThrow('input must be an object');
  });

  it('is the same in the pipe of the routes', async () => {
    const metadata = { type: 'body', metatype: Body } as const;
    await expect(createValidationPipe().transform({ x: 1 }, metadata)).rejects.toThrow(
      'The request is not valid: x is not a known field.',
    );
    await expect(createValidationPipe().transform([], metadata)).rejects.toThrow(
      'body must be an object',
    );
  });

  it.each([
    ['a list that is no list', { items: { 0: {} } }, ['items must be an array']],
    [
      'items that are no objects',
      { items: [0, null, 'x', [], [[{}]]] },
      [
        'items.3 must be an object',
        'items.4 must be an object',
        'items.0 must be an object',
        'items.1 must be an object',
        'items.2 must be an object',
      ],
    ],
    ['a list where an object is due', { one: [{ name: 'fine' }] }, ['one must be an object']],
    ['a number where an object is due', { one: 7 }, ['one must be an object']],
  ])('is said of %s', (_, value, errors) => {
    expect(problemsOf(value).errors).toEqual(errors);
  });

  it('is said of a list that is too long before its items are looked at', () => {
    looks = 0;
    const items = Array.from({ length: 6 }, () => ({ name: 'wrong', unknown: 1 }));
    expect(problemsOf({ items }).errors).toEqual(['items must have at most 5 items, and has 6']);
    expect(looks).toBe(0);
  });

  it('is said of a list of more than 1000 where the class sets no bound', () => {
    const tags = Array.from({ length: 1001 }, () => 7);
    expect(problemsOf({ tags }).errors).toEqual([
      'tags must have at most 1000 items, and has 1001',
    ]);
  });

  it('is said 50 times at most, then counted, in a detail of less than 500 characters', () => {
    const unknown = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`key${i}`, 1]));
    const { errors, more, detail } = problemsOf({ ...unknown, one: {}, payload: 7 });
    expect(errors).toHaveLength(50);
    expect(more).toBe(22);
    expect(detail).toMatch(
      /^The request is not valid: key0 is not a known field; .* and 5\d more\.$/,
    );
    expect(detail.length).toBeLessThan(500);
  });

  it('is short though a client chose a long name', () => {
    const { errors, detail } = problemsOf({ ['x'.repeat(100_000)]: 1 });
    expect(errors[0]!.length).toBeLessThan(300);
    expect(detail.length).toBeLessThan(500);
  });
});
