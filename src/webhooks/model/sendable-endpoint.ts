import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { type SecretBox } from './secret-box.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

/** What a try reads of an endpoint, for the select list of a statement. */
export const SENDABLE_COLUMNS = columnsOf(WebhookEndpoint).only(
  'id',
  'url',
  'headersBox',
  'secretBox',
  'previousSecretBox',
  'previousSecretUntil',
);

/** An endpoint as a try reads it. It stays encrypted until it is sent to. */
export type SendableEndpoint = RowOf<typeof SENDABLE_COLUMNS>;

/** Own headers of an endpoint: value by name, in lower case. */
export type EndpointHeaders = Readonly<Record<string, string>>;

/** What is secret of an endpoint. */
export interface EndpointSecrets {
  /** One or, for a day after a rotation, two: the newest first. */
  readonly signing: readonly string[];
  /** Its own headers. */
  readonly headers: EndpointHeaders;
}

/**
 * Decrypts what is secret of an endpoint. A secret before the last rotation that can't be decrypted is left
 * out. Throws UnreadableBoxError, which names the setting.
 */
export function secretsOf(endpoint: SendableEndpoint, box: SecretBox, now: Date): EndpointSecrets {
  const { id, secretBox, previousSecretBox, previousSecretUntil, headersBox } = endpoint;
  const previous = previousSecretUntil && previousSecretUntil > now ? previousSecretBox : null;
  const signing = [box.open(id, 'secret', secretBox)];
  const last = previous ? box.openIfReadable(id, 'secret', previous) : undefined;
  if (last !== undefined) signing.push(last);
  return { signing, headers: openHeaders(id, headersBox, box) };
}

/** The box of the headers of an endpoint; null without any. */
export function sealHeaders(id: string, headers: EndpointHeaders, box: SecretBox): Buffer | null {
  return Object.keys(headers).length === 0
    ? null
    : box.seal(id, 'headers', JSON.stringify(headers));
}

/** The headers of an endpoint. Throws UnreadableBoxError. */
export function openHeaders(id: string, sealed: Buffer | null, box: SecretBox): EndpointHeaders {
  return sealed ? (JSON.parse(box.open(id, 'headers', sealed)) as EndpointHeaders) : {};
}
