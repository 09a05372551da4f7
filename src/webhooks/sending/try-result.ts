import { textOf } from '../../kernel/redaction/redaction.js';

/** Why a try failed; stable. */
export type TryErrorCode =
  /** An answer that is no success. */
  | 'HTTP_STATUS'
  /** An answer 3xx: redirects are not followed. */
  | 'REDIRECTED'
  | 'TIMED_OUT'
  /** The egress guard refused the address. */
  | 'EGRESS_REFUSED'
  | 'DNS_FAILED'
  | 'TLS_FAILED'
  | 'CONNECTION_FAILED'
  /** The process stopped before the end of the try. */
  | 'ABORTED'
  /** The secret or the headers of the endpoint can't be decrypted. */
  | 'SECRET_UNREADABLE';

/** How one HTTP try ended: it delivered if `errorCode` is null. */
export interface TryResult {
  /** Null without an answer. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly errorCode: TryErrorCode | null;
  /** Redacted. */
  readonly error: string | null;
  /** The first 4 kB of the answer, redacted. */
  readonly answer: string | null;
  /** How long the receiver asks to wait, at most a day. */
  readonly retryAfterMs: number | null;
}

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ENODATA']);
const TIMEOUT_CODES = new Set([
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'],
]);
const TLS_CODES = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)|^EPROTO$/;

/** The code of an error that a connection or a request failed with. */
export function codeOfFailure(error: unknown): TryErrorCode {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'EGRESS_REFUSED') return code;
  if (typeof code !== 'string') return 'CONNECTION_FAILED';
  if (DNS_CODES.has(code)) return 'DNS_FAILED';
  if (TIMEOUT_CODES.has(code)) return 'TIMED_OUT';
  return TLS_CODES.test(code) ? 'TLS_FAILED' : 'CONNECTION_FAILED';
}

/** What an error says; one of several addresses that all failed says nothing itself. */
export function messageOfFailure(error: unknown): string {
  const all = error instanceof AggregateError ? error.errors : [error];
  const messages = all.map((each) => (each instanceof Error ? each.message : textOf(each)));
  return [...new Set(messages)].join('; ');
}
