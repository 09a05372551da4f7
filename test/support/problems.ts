/** The canonical error bodies: what every answer of that kind has in common. */
const problem = (status: number, title: string, code: string) => ({
  type: `urn:problem:${code.toLowerCase().replaceAll('_', '-')}`,
  title,
  status,
  code,
  detail: expect.any(String) as string,
  instance: expect.stringMatching(/^\//) as string,
  requestId: expect.any(String) as string,
});

export const problems = {
  tokenRequired: problem(401, 'Unauthorized', 'TOKEN_REQUIRED'),
  tokenInvalid: problem(401, 'Unauthorized', 'TOKEN_INVALID'),
  loginFailed: problem(401, 'Unauthorized', 'LOGIN_FAILED'),
  bodyNotJson: problem(400, 'Bad Request', 'BODY_NOT_JSON'),
  bodyTooLarge: problem(413, 'Payload Too Large', 'BODY_TOO_LARGE'),
  requestTimeout: problem(408, 'Request Timeout', 'REQUEST_TIMEOUT'),
  expectationFailed: problem(417, 'Expectation Failed', 'EXPECTATION_FAILED'),
  cursorInvalid: {
    ...problem(400, 'Bad Request', 'CURSOR_INVALID'),
    errors: [{ field: 'cursor', message: expect.any(String) as string }],
  },
  nextActionNotFound: problem(404, 'Not Found', 'NEXT_ACTION_NOT_FOUND'),
  nextActionNotOpen: problem(409, 'Conflict', 'NEXT_ACTION_NOT_OPEN'),
  leadNotFound: problem(404, 'Not Found', 'LEAD_NOT_FOUND'),
  leadNotOpen: problem(409, 'Conflict', 'LEAD_NOT_OPEN'),
  idempotencyKeyReused: problem(422, 'Unprocessable Entity', 'IDEMPOTENCY_KEY_REUSED'),
  rateLimited: problem(429, 'Too Many Requests', 'RATE_LIMITED'),
  routeNotFound: problem(404, 'Not Found', 'ROUTE_NOT_FOUND'),
  methodNotAllowed: problem(405, 'Method Not Allowed', 'METHOD_NOT_ALLOWED'),

  /** A 400 that names these fields as wrong, and no others. */
  validationFailed: (...fields: string[]) => ({
    ...problem(400, 'Bad Request', 'VALIDATION_FAILED'),
    errors: fields.map(
      (field) =>
        expect.objectContaining({ field, message: expect.any(String) as string }) as object,
    ),
  }),

  /** A 500 of an action that failed as this code. */
  actionFailed: (code: string) => ({
    ...problem(500, 'Internal Server Error', code),
    executionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  }),

  /** A 503 of an action that could not have the rows it needed. */
  actionHindered: (code: string) => ({
    ...problem(503, 'Service Unavailable', code),
    executionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  }),
};
