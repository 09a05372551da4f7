import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ERROR_CODE_NAMES } from '../../kernel/errors/error-codes.js';
import { databaseErrorOf } from '../../kernel/errors/database-errors.js';
import {
  DomainError,
  ERROR_STATUSES,
  type ErrorCode,
  type FieldError,
  MAX_DETAIL,
  MAX_FIELD_ERRORS,
  NotFoundError,
} from '../../kernel/errors/domain-error.js';
import { redactText } from '../../kernel/redaction/redaction.js';

/** One wrong field in a problem document. */
export class ProblemField implements FieldError {
  /** Path of the field, for example `input.days`. */
  @ApiProperty({ example: 'actionKey' })
  field!: string;

  @ApiProperty({ example: 'actionKey must be a string' })
  message!: string;
}

/** A field of a next best action that was changed since a press. */
export class SupersededProblem {
  @ApiProperty({ example: 'snoozedUntil' })
  field!: string;

  /** The later execution that changed it; null where something else did. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  executionId!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'snooze_1d' })
  actionKey!: string | null;
}

/** An error answer after RFC 9457, `application/problem+json`. */
export class Problem {
  /** URN of the kind of problem. */
  @ApiProperty({ example: 'urn:problem:validation-failed' })
  type!: string;

  @ApiProperty({ example: 'Bad Request' })
  title!: string;

  @ApiProperty({ example: 400 })
  status!: number;

  /** What is wrong with this request, in a sentence of less than 500 characters. */
  @ApiProperty({
    maxLength: MAX_DETAIL,
    example: 'The request is not valid: actionKey must be a string.',
  })
  detail!: string;

  /** Path of the request. */
  @ApiProperty({ example: '/api/next-actions' })
  instance!: string;

  /** Stable code to branch on. */
  @ApiProperty({ enum: ERROR_CODE_NAMES, enumName: 'ErrorCode', example: 'VALIDATION_FAILED' })
  code!: string;

  /** The request's id, as in `X-Request-Id`. */
  @ApiProperty({ example: '0b7c2a9e-6e6c-4f5e-9d0a-3f1f7f0f8a11' })
  requestId!: string;

  /** The wrong fields, for a validation error: the first 50. */
  @ApiPropertyOptional({ type: [ProblemField], maxItems: MAX_FIELD_ERRORS })
  errors?: ProblemField[];

  /** How many further fields are wrong. */
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    description: 'How many further fields are wrong, past those in errors.',
  })
  moreErrors?: number;

  /** Id of the failed execution, where an action failed. */
  @ApiPropertyOptional({ format: 'uuid' })
  executionId?: string;

  /** The changed fields, where a press can no longer be taken back. */
  @ApiPropertyOptional({ type: () => [SupersededProblem] })
  superseded?: SupersededProblem[];
}

/** Converts anything that was thrown to the error that the client gets. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const refusal = databaseErrorOf(thrown);
  if (refusal) return refusal;
  if (thrown instanceof HttpException) return fromHttpException(thrown);
  return new DomainError(
    'INTERNAL_ERROR',
    500,
    'Something went wrong on our side. The request id finds it in our logs.',
    { cause: thrown },
  );
}

/** Nest throws these by itself: for an unknown route, a path that is no valid URI and the like. */
function fromHttpException(exception: HttpException): DomainError {
  const status = ERROR_STATUSES.find((known) => known === exception.getStatus()) ?? 500;
  if (status === 404) return routeNotFound();
  if (status >= 500) {
    return new DomainError(
      'INTERNAL_ERROR',
      status,
      'Something went wrong on our side. The request id finds it in our logs.',
      { cause: exception },
    );
  }
  const code = (STATUS_CODES[status] ?? 'Request refused')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_') as ErrorCode;
  return new DomainError(code, status, 'The request could not be read.');
}

/**
 * The problem document of an error. It names fields and quotes the path as the client sent them, but not
 * the secrets in them: error answers are logged by clients and pasted into tickets.
 */
export function problemOf(error: DomainError, instance: string, requestId: string): Problem {
  return {
    type: `urn:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: shortened(redactText(error.message)),
    instance: redactText(instance),
    code: error.code,
    requestId,
    ...(error.options.errors
      ? { errors: error.options.errors.slice(0, MAX_FIELD_ERRORS).map(withoutSecrets) }
      : {}),
    ...error.options.extensions,
  };
}

function withoutSecrets({ field, message }: FieldError): FieldError {
  return { field: redactText(field), message: redactText(message) };
}

/** A detail may contain a long list, such as all actions of the server. */
function shortened(detail: string): string {
  if (detail.length <= MAX_DETAIL) return detail;
  return `${detail.slice(0, MAX_DETAIL - 1).toWellFormed()}…`;
}

/** 404: no such route. */
export function routeNotFound(): NotFoundError {
  return new NotFoundError('ROUTE_NOT_FOUND', 'There is no such route.');
}
