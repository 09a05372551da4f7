/** A value that can't be bound as a parameter; the message says why. */
export class UnbindableValueError extends TypeError {
  constructor(position: number, why: string) {
    super(`The value of parameter $${position} can't be sent to PostgreSQL: ${why}.`);
    this.name = 'UnbindableValueError';
  }
}

/**
 * Converts the values of a statement, objects to JSON, before pg writes anything. pg converts while it
 * writes, so a value that can't be converted would leave a half-written message on the connection. Throws
 * UnbindableValueError.
 */
export function bindable(values: readonly unknown[]): unknown[] {
  return convertedAll(values, (index) => index + 1);
}

/** Returns the same array if no value changes, as in most statements. */
function convertedAll(values: readonly unknown[], position: (index: number) => number): unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== 'object' || value === null) continue;
    const sent = converted(value, position(index));
    if (sent !== value) (copy ??= [...values])[index] = sent;
  }
  return copy ?? (values as unknown[]);
}

function converted(value: object, position: number): unknown {
  if (value instanceof Date || Object.prototype.toString.call(value) === '[object Date]') {
    if (Number.isNaN((value as Date).getTime())) {
      throw new UnbindableValueError(position, 'it is an invalid date');
    }
    return value;
  }
  if (ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return convertedAll(value, () => position);
  if (typeof (value as { toPostgres?: unknown }).toPostgres === 'function') return value;
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new UnbindableValueError(position, error instanceof Error ? error.message : 'no JSON');
  }
}
