/** One wrong field of a request: its path (`items.3.dueAt`) and what is wrong with it. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Additions of an error to its problem document, headers and log line. */
export interface DomainErrorOptions {
  /** The wrong fields, for a validation error. */
  readonly errors?: readonly FieldError[];
  /** Response headers, for example `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document, for example `executionId`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Level of its request's log line; `info` below 500, `error` from 500 by default. */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  readonly cause?: unknown;
}

/** A stable code that clients branch on, in `UPPER_SNAKE`. */
export type ErrorCode = Uppercase<string>;

/** The statuses of an error answer. Source: the IANA registry of HTTP status codes. */
export const ERROR_STATUSES = [
  ...([400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415] as const),
  ...([416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451] as const),
  ...([500, 501, 502, 503, 504, 505, 506, 507, 508, 511] as const),
] as const;
export type ErrorStatus = (typeof ERROR_STATUSES)[number];

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

/**
 * An error that owns its stable code (`UPPER_SNAKE`), its HTTP status and its log level. Its message
 * is the `detail` that the client reads, so it must hold no secret, SQL or path. Throws a TypeError for
 * a code or a status that no error answer has: without it, a failure could be answered as a success.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly status: ErrorStatus;
  readonly options: DomainErrorOptions;

  constructor(
    code: ErrorCode,
    status: ErrorStatus,
    detail: string,
    options: DomainErrorOptions = {},
  ) {
    if (!CODE.test(code)) {
      throw new TypeError(`A DomainError has the code "${code}": write it as NO_STOCK.`);
    }
    if (!ERROR_STATUSES.includes(status)) {
      throw new TypeError(`The DomainError ${code} has the status ${status}: use 400 to 599.`);
    }
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = status;
    this.options = options;
  }
}

/** 400: the request is invalid; sending it again does not help. */
export class InvalidRequestError extends DomainError {
  constructor(code: ErrorCode, detail: string, options?: DomainErrorOptions) {
    super(code, 400, detail, options);
  }
}

/** Most wrong fields that one answer names; the others are counted. */
export const MAX_FIELD_ERRORS = 50;
/** Longest `detail` of a problem document, in characters. */
export const MAX_DETAIL = 499;

/**
 * 400 with the wrong fields: the first 50 are named in `errors`, and `moreErrors` counts the others.
 * `uncounted` is the number of wrong fields that the caller left out of `errors`.
 */
export class ValidationFailedError extends InvalidRequestError {
  constructor(errors: readonly FieldError[], uncounted = 0) {
    const named = errors.slice(0, MAX_FIELD_ERRORS);
    const more = errors.length - named.length + uncounted;
    super('VALIDATION_FAILED', detailOf(named, more), {
      errors: named,
      ...(more > 0 ? { extensions: { moreErrors: more } } : {}),
    });
  }
}

/** 400 about one field. */
export function invalidField(field: string, message: string): ValidationFailedError {
  return new ValidationFailedError([{ field, message }]);
}

/** One sentence with as many of the messages as fit, and the count of the others. */
function detailOf(errors: readonly FieldError[], more: number): string {
  const most = MAX_DETAIL - ' and 1000000 more.'.length;
  let detail = 'The request is not valid: ';
  let shown = 0;
  for (const { message } of errors) {
    const next = `${shown === 0 ? '' : '; '}${message}`;
    if (detail.length + next.length > most) break;
    detail += next;
    shown += 1;
  }
  if (shown === 0) detail += `${(errors[0]?.message ?? '').slice(0, 300).toWellFormed()}…`;
  const others = errors.length - Math.max(shown, 1) + more;
  return others > 0 ? `${detail} and ${others} more.` : `${detail}.`;
}

/** 401: no token, or an expired or invalid one. */
export class UnauthenticatedError extends DomainError {
  constructor(code: ErrorCode, detail: string) {
    super(code, 401, detail, { headers: { 'WWW-Authenticate': 'Bearer' }, logLevel: 'info' });
  }
}

/** 404: not found, or its id is malformed. */
export class NotFoundError extends DomainError {
  constructor(code: ErrorCode, detail: string) {
    super(code, 404, detail, { logLevel: 'info' });
  }
}

/** 409: the current state does not allow this. */
export class ConflictError extends DomainError {
  constructor(code: ErrorCode, detail: string) {
    super(code, 409, detail);
  }
}

/** 503: a required part is temporarily unavailable; `retryAfter` is in seconds. */
export class UnavailableError extends DomainError {
  constructor(code: ErrorCode, detail: string, retryAfter = 1, cause?: unknown) {
    super(code, 503, detail, { headers: { 'Retry-After': String(retryAfter) }, cause });
  }
}

/** 429: too many requests; the client may retry after `retryAfter` seconds. */
export class TooManyRequestsError extends DomainError {
  constructor(detail: string, retryAfter: number) {
    super('RATE_LIMITED', 429, detail, {
      headers: { 'Retry-After': String(retryAfter) },
      logLevel: 'info',
    });
  }
}
