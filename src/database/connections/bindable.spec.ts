import { bindable, UnbindableValueError } from './bindable.js';

describe('the values of a statement', () => {
  it('are the same array where PostgreSQL takes them as they are', () => {
    const values = ['text', 7, null, undefined, true, new Date(0), Buffer.from('x'), [1, 'two']];
    expect(bindable(values)).toBe(values);
  });

  it('are JSON where they are objects, also in arrays, and the given array stays', () => {
    const values = [{ a: 1 }, [{ b: [2] }, 'c']];
    expect(bindable(values)).toEqual(['{"a":1}', ['{"b":[2]}', 'c']]);
    expect(values[0]).toEqual({ a: 1 });
  });

  const circle: { self?: object } = {};
  circle.self = circle;

  it.each([
    ['a circle', [1, circle], 2],
    ['a circle in an array', [[{ deep: circle }]], 1],
    ['a bigint in an object', [{ n: 1n }], 1],
    ['an invalid date', [new Date('no date')], 1],
    ['an object whose JSON throws', [{ toJSON: () => JSON.parse('{') as unknown }], 1],
  ])('fail before anything is sent: %s', (_, values, position) => {
    expect(() => bindable(values)).toThrow(UnbindableValueError);
    expect(() => bindable(values)).toThrow(`parameter $${position} `);
  });
});
