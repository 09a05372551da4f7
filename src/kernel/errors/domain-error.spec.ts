import { DomainError, InvalidRequestError } from './domain-error.js';

// The compiler refuses these first: npm run check:types.
describe('a domain error', () => {
  it.each([
    ['is a success', () => new DomainError('NO_STOCK', 200 as never, 'No.'), 'has the status 200'],
    ['is no status', () => new DomainError('NO_STOCK', 999 as never, 'No.'), 'has the status 999'],
    // @ts-expect-error a code is UPPER_SNAKE
    ['is camel case', () => new DomainError('noStock', 409, 'No.'), 'has the code "noStock"'],
    // @ts-expect-error the same in its subclasses
    ['is lower case', () => new InvalidRequestError('no_stock', 'No.'), 'has the code "no_stock"'],
    ['has a space', () => new DomainError('NO STOCK', 409, 'No.'), 'has the code "NO STOCK"'],
  ])('is refused where its code or status %s', (_, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it('takes the statuses of errors only', () => {
    // @ts-expect-error 200 is no error
    expect(() => new DomainError('NO_STOCK', 200, 'No.')).toThrow(TypeError);
    expect(new DomainError('NO_STOCK', 409, 'No.')).toMatchObject({ status: 409 });
  });
});
