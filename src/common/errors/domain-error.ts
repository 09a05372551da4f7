/** One wrong field of a request: its path (`items.3.dueAt`) and what is wrong with it. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What an error may add to its problem document, its headers and its log line. */
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

/**
 * An error that owns its stable code (`UPPER_SNAKE`), its HTTP status and its log level. Its message
 * is the `detail` that the client reads, so it must hold no secret, SQL or path.
 */
export class DomainError extends Error {
  readonly code: string;
  readonly status: number;
  readonly options: DomainErrorOptions;

  constructor(code: string, status: number, detail: string, options: DomainErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = status;
    this.options = options;
  }
}

/** 400: the request is wrong as it stands; sending it again changes nothing. */
export class InvalidRequestError extends DomainError {
  constructor(code: string, detail: string, options?: DomainErrorOptions) {
    super(code, 400, detail, options);
  }
}

/** 400 with the list of wrong fields. */
export class ValidationFailedError extends InvalidRequestError {
  constructor(errors: readonly FieldError[]) {
    const fields = errors.map((error) => error.message).join('; ');
    super('VALIDATION_FAILED', `The request is not valid: ${fields}.`, { errors });
  }
}

/** 401: no, an expired or a wrong token. */
export class UnauthenticatedError extends DomainError {
  constructor(code: string, detail: string) {
    super(code, 401, detail, { headers: { 'WWW-Authenticate': 'Bearer' }, logLevel: 'info' });
  }
}

/** 404: there is no such thing, or its id cannot be one. */
export class NotFoundError extends DomainError {
  constructor(code: string, detail: string) {
    super(code, 404, detail, { logLevel: 'info' });
  }
}

/** 409: the thing is in a state that does not allow this. */
export class ConflictError extends DomainError {
  constructor(code: string, detail: string) {
    super(code, 409, detail);
  }
}

/** 503: a part that is needed is away for the moment; `retryAfter` is in seconds. */
export class UnavailableError extends DomainError {
  constructor(code: string, detail: string, retryAfter = 1, cause?: unknown) {
    super(code, 503, detail, { headers: { 'Retry-After': String(retryAfter) }, cause });
  }
}

/** 429: the client asked too often; it may come back after `retryAfter` seconds. */
export class TooManyRequestsError extends DomainError {
  constructor(detail: string, retryAfter: number) {
    super('RATE_LIMITED', 429, detail, {
      headers: { 'Retry-After': String(retryAfter) },
      logLevel: 'info',
    });
  }
}
