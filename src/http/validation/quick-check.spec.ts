import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsOptional,
  IsString,
  Length,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { isCertainlyValid } from './quick-check.js';

class Base {
  @IsString()
  @Length(1, 5)
  name!: string;
}

class Flat extends Base {
  @IsOptional()
  @Length(2, 3)
  code?: string | null;

  @ValidateIf((object: Flat) => object.name === 'a')
  @IsString()
  why?: string;

  @IsOptional()
  @ValidateBy({
    name: 'isName',
    validator: { validate: (value, args) => value === (args!.object as Flat).name },
  })
  again?: string;
}

class Outer {
  @ValidateNested()
  @Type(() => Base)
  one = Object.assign(new Base(), { name: 'a' });
}

class Listed {
  @IsString({ each: true })
  tags = ['a'];
}

class Unruled {
  name = 'a';
}

const flat = (values: object): Flat => Object.assign(new Flat(), values);

describe('a quick check', () => {
  it.each([
    { name: 'abc' },
    { name: 'abc', code: null, why: 7, again: 'abc' },
    { name: 'a', why: 'yes', code: 'ab' },
    { name: '' },
    { name: 7 },
    {},
    { name: 'abc', code: 'abcd' },
    { name: 'a' },
    { name: 'abc', again: 'b' },
  ])('of flat fields says of %j what class-validator does', (values) => {
    const errors = validateSync(flat(values), { whitelist: true, forbidNonWhitelisted: true });
    expect(isCertainlyValid(flat(values))).toBe(errors.length === 0);
  });

  it('is not certain of a field that has no rule', () => {
    expect(isCertainlyValid(flat({ name: 'abc', unknown: 1 }))).toBe(false);
  });

  it.each([new Outer(), new Listed(), new Unruled(), {}])(
    'is not certain of other rules: %p',
    (instance) => expect(isCertainlyValid(instance)).toBe(false),
  );
});
