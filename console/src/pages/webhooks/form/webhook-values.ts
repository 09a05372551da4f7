import { type Schemas } from '../../../api/client.js';
import { type Webhook } from '../../../api/webhooks.js';
import { areSameScopes, scopesOf } from '../../../ui/scope-lines.js';

/** All events, also those of later versions. */
export const ALL_EVENTS = '*';

/** A header of the form. The value of one that is stored is never known: empty, it stays as it is. */
export interface HeaderRow {
  readonly name: string;
  readonly value: string;
  readonly isStored: boolean;
  readonly isRemoved: boolean;
}

/** What the form of a webhook holds; scopes are one a line. */
export interface WebhookValues {
  readonly url: string;
  readonly eventKeys: readonly string[];
  readonly scopes: string;
  readonly description: string;
  readonly headers: readonly HeaderRow[];
}

/** What the form begins with: nothing, or what a webhook is. */
export function valuesOf(webhook: Webhook | undefined): WebhookValues {
  return {
    url: webhook?.url ?? '',
    eventKeys: webhook?.eventKeys ?? [],
    scopes: webhook?.scopes.join('\n') ?? '',
    description: webhook?.description ?? '',
    headers: (webhook?.headerNames ?? []).map((name) => ({
      ...EMPTY_HEADER,
      name,
      isStored: true,
    })),
  };
}

export const EMPTY_HEADER: HeaderRow = { name: '', value: '', isStored: false, isRemoved: false };

/** The body that makes a webhook. */
export function newWebhookOf(values: WebhookValues): Schemas['NewWebhook'] {
  const { url, eventKeys, description } = values;
  const scopes = scopesOf(values.scopes);
  const headers = headersOf(values.headers);
  return {
    url: url.trim(),
    eventKeys: [...eventKeys] as Schemas['WebhookEventKey'][],
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(description.trim() === '' ? {} : { description: description.trim() }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
}

/** The body that changes a webhook: what differs. */
export function patchOf(webhook: Webhook, values: WebhookValues): Schemas['WebhookPatch'] {
  const [url, description] = [values.url.trim(), values.description.trim()];
  const scopes = scopesOf(values.scopes);
  const headers = headersPatchOf(values, moves(webhook.url, url));
  return {
    ...(url === webhook.url ? {} : { url }),
    ...(areSameScopes(values.eventKeys, webhook.eventKeys)
      ? {}
      : { eventKeys: [...values.eventKeys] as Schemas['WebhookEventKey'][] }),
    ...(areSameScopes(scopes, webhook.scopes) ? {} : { scopes }),
    ...(description === (webhook.description ?? '')
      ? {}
      : { description: description === '' ? null : description }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** Whether a webhook would send to another origin: the headers that are stored are not sent there. */
export function moves(from: string, to: string): boolean {
  return URL.canParse(to) && new URL(to).origin !== new URL(from).origin;
}

/** Headers with a name, as a new webhook sends them. */
function headersOf(rows: readonly HeaderRow[]): Record<string, string> {
  const named = rows.filter(({ name, isRemoved }) => name.trim() !== '' && !isRemoved);
  return Object.fromEntries(named.map(({ name, value }) => [name.trim(), value]));
}

/** Undefined: the headers stay. Null: there are none any more. */
function headersPatchOf(
  { headers: rows }: WebhookValues,
  isMoving: boolean,
): Record<string, string | null> | null | undefined {
  const given = headersOf(rows.filter(({ isStored, value }) => !isStored || value !== ''));
  if (isMoving) {
    if (Object.keys(given).length > 0) return given;
    return rows.some(({ isStored }) => isStored) ? null : undefined;
  }
  const removed = rows.filter(({ isStored, isRemoved }) => isStored && isRemoved);
  const patch = { ...Object.fromEntries(removed.map(({ name }) => [name, null])), ...given };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** The keys by what stands before their first dot, in the order of the list. */
export function groupsOf(keys: readonly string[]): [name: string, keys: string[]][] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const name = key.split('.')[0] ?? '';
    groups.set(name, [...(groups.get(name) ?? []), key]);
  }
  return [...groups];
}

/** Webhooks of a URL that are in the list now and were not before. */
export function madeMeanwhile(
  webhooks: readonly Webhook[],
  before: ReadonlySet<string>,
  url: string,
): Webhook[] {
  const href = URL.canParse(url) ? new URL(url).href : url;
  return webhooks.filter((webhook) => !before.has(webhook.id) && webhook.url === href);
}
