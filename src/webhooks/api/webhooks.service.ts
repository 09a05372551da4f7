import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type CursorQuery } from '../../http/paging/cursor-page.js';
import { Paginator } from '../../http/paging/paginator.js';
import { type Actor } from '../../kernel/actor.js';
import { ConflictError, invalidField } from '../../kernel/errors/domain-error.js';
import { allOf } from '../../kernel/grants.js';
import { mergePatch } from '../../kernel/merge-patch.js';
import { DAY_MS } from '../../kernel/utc-day.js';
import { isUuid } from '../../kernel/uuid.js';
import { assertMayGiveScopes, fewestScopes } from '../../users/model/grant-rules.js';
import { aboutWebhook } from '../model/about-webhook.js';
import { type EndpointHeaders, openHeaders, sealHeaders } from '../model/sendable-endpoint.js';
import { SecretBox } from '../model/secret-box.js';
import { WebhookEndpoint } from '../model/webhook-endpoint.entity.js';
import * as sql from '../model/webhook-endpoints.sql.js';
import { webhookNotFound } from '../model/webhook.errors.js';
import { EgressGuard } from '../sending/egress-guard.js';
import { newSigningSecret } from '../sending/signature.js';
import { HEADERS_MAX, tooManyHeaders, withLowerCaseNames } from './header-rules.js';
import {
  ALL_EVENTS,
  type NewWebhook,
  type WebhookAnswer,
  type WebhookPage,
  type WebhookPatch,
  type WebhookSecretAnswer,
} from './webhooks.dto.js';

/** Most webhooks of one installation. */
const MAX_WEBHOOKS = 100;
/** How long the secret before a rotation still signs, in ms. */
const ROTATION_MS = DAY_MS;
/** Held while a webhook is made, so that two can't both be the last: "nbaw". */
const LIMIT_LOCK = 0x6e626177;

const HEADERS_OF_ANOTHER_ORIGIN =
  'headers must be sent with a url of another origin: those that are stored are not sent there';

type Stored = Readonly<WebhookEndpoint>;
type Shown = sql.ShownEndpoint & Record<string, unknown>;

/** Makes, lists, changes and deletes webhooks. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly paginator: Paginator,
    private readonly box: SecretBox,
    private readonly guard: EgressGuard,
  ) {}

  /** A page of the webhooks, newest first: those whose scopes all lie in the actor's own. */
  async list(query: CursorQuery, actor: Actor): Promise<WebhookPage> {
    const page = this.paginator.open('webhooks', {}, query);
    const { statement, values } = sql.endpointsQuery(actor, page);
    const rows = await this.transactions.query<Shown>(statement, values, { caller: actor });
    const { items, pagination } = page.answer(rows, sql.NEWEST.positionOf);
    return { items: items.map(answerOf), pagination };
  }

  /** One webhook; throws a 404. */
  async get(id: string, actor: Actor): Promise<WebhookAnswer> {
    if (!isUuid(id)) throw webhookNotFound();
    const [endpoint] = await this.transactions.query<Shown>(sql.FIND, [grantOf(actor), id], {
      caller: actor,
    });
    return answerOf(endpoint);
  }

  /**
   * Makes a webhook. Throws a 400 for a URL that it may not have, a 403 for scopes beyond the actor's, a 409
   * where there are too many or the setting is missing.
   */
  async create(body: NewWebhook, actor: Actor): Promise<WebhookSecretAnswer> {
    const id = uuidv7();
    const url = this.accepted(body.url);
    const scopes = fewestScopes(body.scopes ?? allOf(actor).texts);
    if (scopes.length === 0) throw invalidField('scopes', 'scopes must not be empty');
    assertMayGiveScopes(scopes, actor);
    const secret = newSigningSecret();
    const endpoint = {
      id,
      url,
      description: body.description ?? null,
      eventKeys: fewestEventKeys(body.eventKeys),
      scopes,
      secretBox: this.box.seal(id, 'secret', secret),
      ...this.sealed(id, withLowerCaseNames(body.headers ?? {}) as EndpointHeaders),
      createdBy: actor.id,
    };
    return this.transactions.run(
      async (tx) => {
        await tx.manager.query('SELECT pg_advisory_xact_lock($1)', [LIMIT_LOCK]);
        const [count] = await tx.query<{ total: number }>(sql.COUNT);
        if ((count?.total ?? 0) >= MAX_WEBHOOKS) throw limitReached();
        await tx.manager.insert(WebhookEndpoint, endpoint);
        tx.publish('webhook.created', { ...aboutWebhook(id, actor), meta: metaOf(endpoint) });
        return Object.assign(await read(tx, id, actor), { secret });
      },
      { caller: actor },
    );
  }

  /**
   * Changes what a patch names. Throws a 400, a 403 for scopes beyond the actor's, a 404, and a 409 where the
   * headers that stay can't be decrypted.
   */
  async change(id: string, patch: WebhookPatch, actor: Actor): Promise<WebhookAnswer> {
    return this.transactions.run(
      async (tx) => {
        const before = await this.lock(tx, id, actor);
        const changes = this.changesOf(before, patch, actor);
        const changed = changedFields(changes);
        if (changed.length > 0) {
          await tx.manager.update(WebhookEndpoint, { id }, changes);
          const after = { ...before, ...changes };
          const meta = { changed, ...metaOf(after), enabled: after.status === 'enabled' };
          tx.publish('webhook.changed', { ...aboutWebhook(id, actor), meta });
        }
        return read(tx, id, actor);
      },
      { caller: actor },
    );
  }

  /**
   * Deletes a webhook; throws a 404. From then on it does not exist for anybody; the dispatcher removes its
   * deliveries, which may be too many for a request.
   */
  async delete(id: string, actor: Actor): Promise<void> {
    await this.transactions.run(
      async (tx) => {
        const endpoint = await this.lock(tx, id, actor);
        tx.defer(sql.MARK_DELETED, [id]);
        tx.publish('webhook.deleted', { ...aboutWebhook(id, actor), meta: metaOf(endpoint) });
      },
      { caller: actor },
    );
  }

  /** Gives a webhook a new secret; the last one, if it opens, stays valid for 24 h. Throws a 404. */
  async rotateSecret(id: string, actor: Actor): Promise<WebhookSecretAnswer> {
    const secret = newSigningSecret();
    return this.transactions.run(
      async (tx) => {
        const { secretBox } = await this.lock(tx, id, actor);
        const isKept = this.box.openIfReadable(id, 'secret', secretBox) !== undefined;
        const previousSecretUntil = isKept ? new Date(Date.now() + ROTATION_MS) : null;
        await tx.manager.update(
          WebhookEndpoint,
          { id },
          {
            secretBox: this.box.seal(id, 'secret', secret),
            previousSecretBox: isKept ? secretBox : null,
            previousSecretUntil,
          },
        );
        const meta = { previousUntil: previousSecretUntil?.toISOString() ?? null };
        tx.publish('webhook.secret_rotated', { ...aboutWebhook(id, actor), meta });
        return Object.assign(await read(tx, id, actor), { secret });
      },
      { caller: actor },
    );
  }

  /** Locks a webhook until the transaction ends; throws a 404. */
  private async lock(tx: Transaction, id: string, actor: Actor): Promise<Stored> {
    if (!isUuid(id)) throw webhookNotFound();
    const [stored] = await tx.query<Stored & Record<string, unknown>>(sql.LOCK, [
      grantOf(actor),
      id,
    ]);
    if (!stored) throw webhookNotFound();
    return stored;
  }

  /** A URL as it is stored; throws a 400 for one that no webhook may have. */
  private accepted(url: string): string {
    const problem = this.guard.urlProblem(url);
    if (problem !== undefined) throw invalidField('url', `url ${problem}`);
    return new URL(url).href;
  }

  private sealed(id: string, headers: EndpointHeaders): Pick<Stored, 'headerNames' | 'headersBox'> {
    const headerNames = Object.keys(headers).sort();
    if (headerNames.length > HEADERS_MAX) throw invalidField('headers', tooManyHeaders());
    return { headerNames, headersBox: sealHeaders(id, headers, this.box) };
  }

  /** The columns that a patch changes. */
  private changesOf(before: Stored, patch: WebhookPatch, actor: Actor): Partial<Stored> {
    const { url, eventKeys, scopes, description, enabled } = patch;
    if (scopes) assertMayGiveScopes(scopes, actor);
    const asked: Partial<Stored> = {
      ...(url === undefined ? {} : { url: this.accepted(url) }),
      ...(eventKeys ? { eventKeys: fewestEventKeys(eventKeys) } : {}),
      ...(scopes ? { scopes: fewestScopes(scopes) } : {}),
      ...(description === undefined ? {} : { description }),
      ...(enabled === undefined ? {} : statusOf(before, enabled)),
    };
    const different = Object.entries(asked).filter(
      ([column, value]) => !isDeepStrictEqual(value, before[column as keyof Stored]),
    );
    const changes = Object.fromEntries(different) as Partial<Stored>;
    return {
      ...changes,
      // Another URL has failed at nothing yet.
      ...(changes.url === undefined ? {} : { failures: 0, failingSince: null }),
      ...this.headerChanges(before, patch),
    };
  }

  /**
   * Headers do not move to another origin: whoever changes the URL to a server of their own would read
   * values that are never answered.
   */
  private headerChanges(
    { id, url: urlBefore, headersBox }: Stored,
    { url = urlBefore, headers }: WebhookPatch,
  ): Partial<Stored> {
    const moves = new URL(url).origin !== new URL(urlBefore).origin;
    if (headers === undefined) {
      if (moves && headersBox) throw invalidField('headers', HEADERS_OF_ANOTHER_ORIGIN);
      return {};
    }
    if (headers === null) return headersBox ? this.sealed(id, {}) : {};
    const before = moves ? {} : openHeaders(id, headersBox, this.box);
    const after = mergePatch(before, withLowerCaseNames(headers)) as EndpointHeaders;
    return !moves && isDeepStrictEqual(before, after) ? {} : this.sealed(id, after);
  }
}

/** A webhook as the transaction left it. */
async function read(tx: Transaction, id: string, actor: Actor): Promise<WebhookAnswer> {
  const [endpoint] = await tx.query<Shown>(sql.FIND, [grantOf(actor), id]);
  return answerOf(endpoint);
}

/** What enabling and disabling changes; nothing of one that is so already. */
function statusOf({ status }: Stored, enabled: boolean): Partial<Stored> {
  if (enabled === (status === 'enabled')) return {};
  return enabled
    ? { status: 'enabled', disabledReason: null, disabledAt: null, failingSince: null, failures: 0 }
    : { status: 'disabled', disabledReason: 'operator', disabledAt: new Date() };
}

/** The fields of a patch that changed columns. */
function changedFields(changes: Partial<Stored>): string[] {
  const fields: Partial<Record<keyof Stored, string>> = {
    url: 'url',
    eventKeys: 'eventKeys',
    scopes: 'scopes',
    description: 'description',
    status: 'enabled',
    headersBox: 'headers',
  };
  return Object.keys(changes).flatMap((column) => fields[column as keyof Stored] ?? []);
}

/** Without repeats; `*` alone, where it is among them. */
function fewestEventKeys(eventKeys: readonly string[]): string[] {
  return eventKeys.includes(ALL_EVENTS) ? [ALL_EVENTS] : [...new Set(eventKeys)].sort();
}

function metaOf({ url, eventKeys, scopes }: Pick<Stored, 'url' | 'eventKeys' | 'scopes'>) {
  return { host: new URL(url).host, eventKeys, scopes };
}

function answerOf(endpoint: sql.ShownEndpoint | undefined): WebhookAnswer {
  if (!endpoint) throw webhookNotFound();
  const { status, previousSecretUntil, ...shown } = endpoint;
  const isValid = previousSecretUntil !== null && previousSecretUntil > new Date();
  return {
    ...shown,
    enabled: status === 'enabled',
    previousSecretUntil: isValid ? previousSecretUntil : null,
  };
}

function limitReached(): ConflictError {
  return new ConflictError(
    'WEBHOOK_LIMIT_REACHED',
    `There are ${MAX_WEBHOOKS} webhooks already, which is the most: delete one first.`,
  );
}
