import { type OpenAPIObject } from '@nestjs/swagger';
import { DomainError, type ErrorCode } from '../../kernel/errors/domain-error.js';
import { ERROR_CODES, type KnownErrorCode } from '../../kernel/errors/error-codes.js';
import {
  PROBLEM_CODES,
  type ProblemCodes,
  problemHead,
  type ProblemMeaning,
} from '../problems/api-problems.js';
import { problemOf } from '../problems/problem.js';
import { type OpenApiOperation, type OpenApiResponse } from './openapi-types.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
const EXAMPLE_REQUEST_ID = '0b7c2a9e-6e6c-4f5e-9d0a-3f1f7f0f8a11';
/** An id as this API makes them. */
export const EXAMPLE_ID = '019ac5a1-7d4e-7c3b-9a51-2f6d8e0b4c71';

type ProblemResponse = OpenApiResponse & { [PROBLEM_CODES]?: ProblemCodes };

/** Documents that an operation may answer these codes. */
export function addProblems(operation: OpenApiOperation, codes: ProblemCodes): void {
  for (const [code, meaning] of entriesOf(codes)) {
    const response = (operation.responses[meaning.status] ??= {
      ...problemHead(meaning.status),
      content: { 'application/json': { schema: PROBLEM } },
    } as ProblemResponse) as ProblemResponse;
    (response[PROBLEM_CODES] ??= {})[code] ??= meaning;
  }
}

/** The meanings of codes of this server. */
export function codesOf(...codes: KnownErrorCode[]): ProblemCodes {
  return Object.fromEntries(codes.map((code) => [code, ERROR_CODES[code]]));
}

/**
 * Turns the error responses of an operation into problem documents with an example for each of their codes;
 * the examples are shared by all operations. `path` is what the first of them quotes.
 */
export function completeProblems(
  document: OpenAPIObject,
  operation: OpenApiOperation,
  path: string,
): void {
  const shared = ((document.components ??= {}).examples ??= {});
  for (const [status, response] of Object.entries(operation.responses)) {
    if (Number(status) < 400 || !response || !('description' in response)) continue;
    const { [PROBLEM_CODES]: codes = {}, ...described } = response as ProblemResponse;
    const used = entriesOf(codes);
    for (const [code, meaning] of used) {
      shared[code] ??= { summary: meaning.when, value: exampleProblem(code, meaning, path) };
    }
    const examples = Object.fromEntries(
      used.map(([code]) => [code, { $ref: `#/components/examples/${code}` }]),
    );
    operation.responses[status] = {
      ...described,
      content: { 'application/problem+json': { schema: PROBLEM, examples } },
    };
  }
}

function entriesOf(codes: ProblemCodes): [ErrorCode, ProblemMeaning][] {
  return Object.entries(codes) as [ErrorCode, ProblemMeaning][];
}

function exampleProblem(code: ErrorCode, { status, when }: ProblemMeaning, path: string): object {
  if (code === 'VALIDATION_FAILED') {
    const errors = [{ field: 'entityType', message: 'entityType must be a string' }];
    const detail = 'The request is not valid: entityType must be a string.';
    return problemOf(new DomainError(code, status, detail, { errors }), path, EXAMPLE_REQUEST_ID);
  }
  const extensions =
    code.startsWith('ACTION_') && status === 500 ? { executionId: EXAMPLE_ID } : {};
  const detail = when.replaceAll('`', '');
  return problemOf(new DomainError(code, status, detail, { extensions }), path, EXAMPLE_REQUEST_ID);
}
