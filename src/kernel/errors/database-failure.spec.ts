import { databaseFailureOf } from './database-failure.js';

const withCode = (code: string) => Object.assign(new Error('failed'), { code });

describe('a database failure', () => {
  it.each([
    ['40001', 'retryable'],
    ['40P01', 'retryable'],
    ['55P03', 'busy'],
    ['57014', 'timeout'],
    ['57P01', 'unavailable'],
    ['08006', 'unavailable'],
    ['ECONNREFUSED', 'unavailable'],
    ['23505', undefined],
  ])('with the code %s is %s', (code, failure) => {
    expect(databaseFailureOf(withCode(code))).toBe(failure);
  });

  it('is seen through the errors that wrap it', () => {
    const wrapped = new Error('action', {
      cause: Object.assign(new Error('orm'), { driverError: withCode('40P01') }),
    });
    expect(databaseFailureOf(wrapped)).toBe('retryable');
    expect(databaseFailureOf(new AggregateError([withCode('ECONNREFUSED')]))).toBe('unavailable');
  });

  it.each([
    ['Connection terminated unexpectedly', 'unavailable'],
    ['timeout exceeded when trying to connect', 'busy'],
    ['something else', undefined],
  ])('is recognized by the message %s', (message, failure) => {
    expect(databaseFailureOf(new Error(message))).toBe(failure);
  });

  it('is none where nothing was thrown that is an error', () => {
    expect(databaseFailureOf('40001')).toBeUndefined();
    expect(databaseFailureOf(undefined)).toBeUndefined();
  });
});
