import { type ErrorStatus } from './domain-error.js';

/** What a stable error code of the API means. */
export interface ErrorCodeMeaning {
  /** The HTTP status that it comes with. */
  readonly status: ErrorStatus;
  /** When it is answered, in a sentence. */
  readonly when: string;
  /** What a client does about it, in a sentence. */
  readonly fix: string;
}

/**
 * Every code that an error answer of this server may carry, ordered by status. The OpenAPI document and the
 * table in docs/http-api.md (`npm run docs:codes`) are made from it.
 */
export const ERROR_CODES = {
  VALIDATION_FAILED: {
    status: 400,
    when: 'A field, a parameter or a header is not valid; `errors` names each.',
    fix: 'Correct what `errors` names.',
  },
  BODY_NOT_JSON: {
    status: 400,
    when: 'The body is not a JSON object in UTF-8.',
    fix: 'Send a JSON object with `Content-Type: application/json`.',
  },
  BODY_NOT_READABLE: {
    status: 400,
    when: 'A file is not compressed as its `Content-Encoding` says.',
    fix: 'Correct the header, or send the file plain.',
  },
  CSV_NOT_READABLE: {
    status: 400,
    when: 'A file is not CSV in UTF-8; `detail` names the line.',
    fix: 'Save the file as CSV in UTF-8.',
  },
  CSV_HEADER_INVALID: {
    status: 400,
    when: 'The file is empty, or its header row lacks a column or has one twice.',
    fix: 'Correct the header row that `detail` names.',
  },
  ACTION_UNKNOWN: {
    status: 400,
    when: 'No delivery action has this `actionKey`; `detail` lists the keys.',
    fix: 'Use a key of `GET /api/delivery-actions`.',
  },
  CURSOR_INVALID: {
    status: 400,
    when: 'The cursor was changed, or belongs to another list or other filters.',
    fix: 'Send `nextCursor` as it came, with the same filters.',
  },
  EVENT_ID_INVALID: {
    status: 400,
    when: 'What `Last-Event-ID` or `after` holds is not the id of an event.',
    fix: 'Send the last id as it came, or none to begin with what happens from now on.',
  },
  VALUE_NOT_STORABLE: {
    status: 400,
    when: 'PostgreSQL cannot hold a value, such as a character that its encoding lacks.',
    fix: 'Send another value.',
  },
  BAD_REQUEST: {
    status: 400,
    when: 'The path is not a valid URI.',
    fix: 'Percent-encode the parts of the path as UTF-8.',
  },
  HTTP_MALFORMED: {
    status: 400,
    when: 'The request is not valid HTTP, or has no `Host` header.',
    fix: 'Check the client or the proxy in between.',
  },
  REQUEST_ABORTED: {
    status: 400,
    when: 'The client closed the connection before its body was complete.',
    fix: 'Nothing: it stands in the logs only.',
  },
  TOKEN_REQUIRED: {
    status: 401,
    when: 'The request has no token.',
    fix: 'Sign in and send `Authorization: Bearer <token>`.',
  },
  TOKEN_INVALID: {
    status: 401,
    when: 'The token is expired or not valid, or its user was disabled.',
    fix: 'Sign in again.',
  },
  LOGIN_FAILED: {
    status: 401,
    when: 'The e-mail or the password is wrong.',
    fix: 'Check both; who operates the server can set a new password.',
  },
  PASSWORD_WRONG: {
    status: 403,
    when: 'The current password is wrong.',
    fix: 'Send the password that you signed in with as `current`.',
  },
  PERMISSION_DENIED: {
    status: 403,
    when: 'The role of the caller lacks the permission that the route or the action demands.',
    fix: 'Ask an administrator for a role that has it; `GET /api/auth/me` lists yours.',
  },
  GRANT_BEYOND_OWN: {
    status: 403,
    when: 'A role or a scope that is given goes beyond the giver’s own.',
    fix: 'Give less, or ask an administrator of all scopes.',
  },
  ORIGIN_REFUSED: {
    status: 403,
    when: 'A change by cookie comes from another origin than the server’s own, or names none.',
    fix: 'Call from the server’s own pages, or with a bearer token; see `PUBLIC_URL`.',
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    when: 'No route has this path.',
    fix: 'Check the path against the OpenAPI document.',
  },
  SCOPE_NOT_FOUND: {
    status: 404,
    when: 'The caller may not see the scope that the request names.',
    fix: 'Use a scope of `GET /api/auth/me`, or ask an administrator for it.',
  },
  USER_NOT_FOUND: {
    status: 404,
    when: 'No user with this id is seen by the caller.',
    fix: 'Read the list again.',
  },
  WEBHOOK_NOT_FOUND: {
    status: 404,
    when: 'No webhook with this id is seen by the caller.',
    fix: 'Read the list again.',
  },
  WEBHOOK_DELIVERY_NOT_FOUND: {
    status: 404,
    when: 'The webhook has no delivery with this id that the caller sees, or it is past its retention.',
    fix: 'Read the list again.',
  },
  SERVICE_TOKEN_NOT_FOUND: {
    status: 404,
    when: 'No service token with this id is seen by the caller.',
    fix: 'Read the list again.',
  },
  NEXT_ACTION_NOT_FOUND: {
    status: 404,
    when: 'No next best action has this id.',
    fix: 'Read the list again.',
  },
  SUPPRESSION_NOT_FOUND: {
    status: 404,
    when: 'No suppression with this id is seen by the caller.',
    fix: 'Read the list again.',
  },
  PLAYBOOK_STEP_NOT_FOUND: {
    status: 404,
    when: 'The playbook of the next best action has no step with this key.',
    fix: 'Use a key of `GET /api/next-actions/:id/playbook`.',
  },
  EXECUTION_NOT_FOUND: {
    status: 404,
    when: 'No execution of this next best action has this id.',
    fix: 'Read its executions again.',
  },
  WORK_ITEM_NOT_FOUND: {
    status: 404,
    when: 'No work item of this kind has this external id.',
    fix: 'Check the kind and the id, or push the item.',
  },
  SCORE_NOT_FOUND: {
    status: 404,
    when: 'The scope was never scored.',
    fix: 'Compute its score first.',
  },
  LEAD_NOT_FOUND: {
    status: 404,
    when: 'No intake lead has this external id.',
    fix: 'Push it as a work item of the kind `intake_lead`.',
  },
  RISK_FLAG_NOT_FOUND: {
    status: 404,
    when: 'No risk flag has this id.',
    fix: 'Read the list again.',
  },
  JOB_NOT_FOUND: {
    status: 404,
    when: 'No job has this id, or it was removed after its retention.',
    fix: 'Read the list again.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    when: 'The path exists, but not with this method.',
    fix: 'Use a method of the `Allow` header.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    when: 'The headers, the next byte of the body or the whole request came too late.',
    fix: 'Send the request again, without pauses.',
  },
  SUPPRESSION_ENDED: {
    status: 409,
    when: 'The suppression ran out or was lifted.',
    fix: 'Set a new one.',
  },
  PLAYBOOK_STEP_EXECUTED: {
    status: 409,
    when: 'A step that a press ticked can’t be unticked by hand.',
    fix: 'Leave it ticked.',
  },
  NEXT_ACTION_NOT_OPEN: {
    status: 409,
    when: 'The action does not work on a next best action in this state.',
    fix: 'Read it again: somebody else closed it.',
  },
  DUPLICATE_QUEUED: {
    status: 409,
    when: 'A next best action with the same dedupe key is queued already.',
    fix: 'Act on the one that is queued.',
  },
  NEXT_ACTION_NOT_SNOOZED: {
    status: 409,
    when: 'The next best action is not snoozed.',
    fix: 'Nothing: it is in the queue.',
  },
  ASSIGNEE_NOT_ALLOWED: {
    status: 409,
    when: 'The assignee is disabled, may not see the scope, or may not press there.',
    fix: 'Choose an enabled operator or administrator of the scope.',
  },
  EXECUTION_SUPERSEDED: {
    status: 409,
    when: 'Something changed the next best action since the press; `superseded` names each field, and the execution that changed it.',
    fix: 'Undo the later press first, or press another button.',
  },
  UNDO_EXPIRED: {
    status: 409,
    when: 'The press was more than 10 minutes ago.',
    fix: 'Press another button.',
  },
  NOT_UNDOABLE: {
    status: 409,
    when: 'The press failed, is an undo itself, or did what can not be taken back; `detail` says which.',
    fix: 'Press another button.',
  },
  PREVIEW_NOT_AVAILABLE: {
    status: 409,
    when: 'The action does what a rollback does not take back, so it has no preview.',
    fix: 'Press the button, or leave it.',
  },
  EMAIL_TAKEN: {
    status: 409,
    when: 'Another user has this e-mail address, whatever its case.',
    fix: 'Use another address, or change that user.',
  },
  LAST_ADMIN: {
    status: 409,
    when: 'The change would leave no enabled administrator of all scopes.',
    fix: 'Make another one first.',
  },
  WEBHOOKS_NOT_CONFIGURED: {
    status: 409,
    when: 'The setting `WEBHOOK_ENCRYPTION_KEY`, which encrypts the secrets of webhooks, is not set.',
    fix: 'Have whoever runs the server set it.',
  },
  WEBHOOK_DISABLED: {
    status: 409,
    when: 'The webhook is disabled, so nothing can be sent to it again.',
    fix: 'Enable it, and send again.',
  },
  WEBHOOK_LIMIT_REACHED: {
    status: 409,
    when: 'There are as many webhooks as there may be.',
    fix: 'Delete one that is not needed.',
  },
  WEBHOOK_UNREADABLE: {
    status: 409,
    when: 'The headers of the webhook were encrypted with a key that `WEBHOOK_ENCRYPTION_KEY` does not hold.',
    fix: 'Add that key to the end of the setting, or send `headers: null` and then all of them.',
  },
  LEAD_NOT_OPEN: {
    status: 409,
    when: 'The lead is disqualified or converted.',
    fix: 'Score leads that are still open.',
  },
  RISK_FLAG_NOT_OPEN: {
    status: 409,
    when: 'The flag was closed in another way.',
    fix: 'Read it again.',
  },
  JOB_NOT_WAITING: {
    status: 409,
    when: 'Only a job that waits can be cancelled.',
    fix: 'Read the job again.',
  },
  JOB_NOT_RETRYABLE: {
    status: 409,
    when: 'Only a dead-lettered or cancelled job can be retried.',
    fix: 'Read the job again.',
  },
  JOB_ALREADY_WAITING: {
    status: 409,
    when: 'Another job with its dedupe key, or the next tick of its schedule, waits already.',
    fix: 'Nothing: that job does the work.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    when: 'The body, uncompressed, is larger than the route takes.',
    fix: 'Send less at a time.',
  },
  CSV_TOO_LONG: {
    status: 413,
    when: 'A file has more than 100,000 rows.',
    fix: 'Divide the file.',
  },
  BODY_TYPE_UNSUPPORTED: {
    status: 415,
    when: 'A file comes with another type than `text/csv`.',
    fix: 'Send `Content-Type: text/csv`.',
  },
  BODY_ENCODING_UNSUPPORTED: {
    status: 415,
    when: 'The charset is not UTF-8, or the compression is none of gzip, deflate and br.',
    fix: 'Send UTF-8, plain or compressed with one of these.',
  },
  EXPECTATION_FAILED: {
    status: 417,
    when: 'The `Expect` header asks for anything but `100-continue`.',
    fix: 'Leave the header out.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    when: 'The `Idempotency-Key` was used before with another request.',
    fix: 'Use a new key for a new request.',
  },
  TOO_MANY_STREAMS: {
    status: 429,
    when: 'The caller has as many event streams open on this server as it may have.',
    fix: 'Close one, or let the pages of a browser share one.',
  },
  RATE_LIMITED: {
    status: 429,
    when: 'The client sent more requests a minute than the route takes.',
    fix: 'Try again after `Retry-After` seconds.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    when: 'The request line and the headers are too large.',
    fix: 'Send shorter headers and a shorter query.',
  },
  ACTION_FAILED: {
    status: 500,
    when: 'The delivery action threw; nothing of it stays, and `executionId` is on record.',
    fix: 'Look at the execution; a repeat runs the action again.',
  },
  ACTION_TIMED_OUT: {
    status: 500,
    when: 'The delivery action ran out of time; nothing of it stays, and `executionId` is on record.',
    fix: 'Look at the execution; a repeat runs the action again.',
  },
  INTERNAL_ERROR: {
    status: 500,
    when: 'Something failed on our side.',
    fix: 'Give the `requestId` to whoever operates the server.',
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    when: 'The database is not available, or the connection to it was lost.',
    fix: 'Try again after `Retry-After` seconds, with the same `Idempotency-Key`.',
  },
  DATABASE_READ_ONLY: {
    status: 503,
    when: 'The database takes no writes, as after a failover.',
    fix: 'Try again after `Retry-After` seconds.',
  },
  DATABASE_BUSY: {
    status: 503,
    when: 'No connection or lock was free in time.',
    fix: 'Try again after `Retry-After` seconds.',
  },
  DATABASE_TIMEOUT: {
    status: 503,
    when: 'The database did not answer in time.',
    fix: 'Try again after `Retry-After` seconds.',
  },
  DATABASE_CONTENTION: {
    status: 503,
    when: 'Other requests changed the same rows in every attempt.',
    fix: 'Try again after `Retry-After` seconds.',
  },
  WORKER_UNAVAILABLE: {
    status: 503,
    when: 'The job worker of this process does not work; `/health/ready` alone says it.',
    fix: 'Wait, or restart the process.',
  },
  SHUTTING_DOWN: {
    status: 503,
    when: 'This server is stopping; `/health/ready` alone says it.',
    fix: 'Use another server.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeMeaning>>;

/** A stable error code of this server. */
export type KnownErrorCode = keyof typeof ERROR_CODES;

/** Every code, ordered by status. */
export const ERROR_CODE_NAMES = Object.keys(ERROR_CODES) as KnownErrorCode[];
