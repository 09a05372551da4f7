import { Injectable } from '@nestjs/common';
import { type Actor, causedBy } from '../kernel/actor.js';
import { Paginator } from '../http/paging/paginator.js';
import { ConflictError, NotFoundError, invalidField } from '../kernel/errors/domain-error.js';
import { isUuid } from '../kernel/uuid.js';
import { PRIORITIES, type Priority } from '../kernel/priority.js';
import { DAY_MS } from '../kernel/utc-day.js';
import { type GrantedScopes, scopesToRead } from '../kernel/grants.js';
import { grantOf } from '../database/sql/scope-condition.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { Reads } from '../database/replica/reads.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { RISK_STATUSES, type RiskFlag, type RiskStatus } from './risk-flag.js';
import { listQuery, type RiskFilter, SEVEREST } from './risk-flags.list.js';
import * as sql from './risk-flags.sql.js';
import {
  type ListRiskFlagsQuery,
  type PatchRiskFlagBody,
  type RiskFlagPage,
  type RiskSummary,
} from './risk.dto.js';

/** How long each preset of a snooze hides a flag, in ms. */
const PRESET_MS = { '2d': 2 * DAY_MS, '7d': 7 * DAY_MS } as const;

/** Lists risk flags, and snoozes and closes them for operators. */
@Injectable()
export class RiskFlagsService {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly reads: Reads,
    private readonly paginator: Paginator,
  ) {}

  /** A page of the flags of some scopes: the most severe first, then the newest. */
  async list(query: ListRiskFlagsQuery, actor: Actor): Promise<RiskFlagPage> {
    const { status, severity, ruleKey } = query;
    const filter: RiskFilter = { scopes: scopesToRead(query, actor), status, severity, ruleKey };
    const page = this.paginator.open('risk', filter, query);
    const { statement, values } = listQuery(filter, page);
    const rows = await this.reads.query<RiskFlag>(statement, values, { caller: actor });
    return page.answer(rows, SEVEREST.positionOf);
  }

  /** How many flags of the scopes are in each status, and how severe the open ones are. */
  async summary(scopes: GrantedScopes, actor: Actor): Promise<RiskSummary> {
    const { statement, values } = sql.summaryQuery(scopes);
    const groups = await this.reads.query<{
      status: RiskStatus;
      severity: Priority;
      flags: number;
      lastSeenAt: Date;
    }>(statement, values, { caller: actor });
    const flagsOf = (matches: (group: (typeof groups)[number]) => boolean): number =>
      groups.filter(matches).reduce((sum, group) => sum + group.flags, 0);
    const seen = groups.map((group) => group.lastSeenAt.getTime());
    return {
      ...scopes.common,
      byStatus: countsOf(RISK_STATUSES, (status) => flagsOf((group) => group.status === status)),
      openBySeverity: countsOf(PRIORITIES, (severity) =>
        flagsOf((group) => group.status === 'open' && group.severity === severity),
      ),
      lastSeenAt: seen.length === 0 ? null : new Date(Math.max(...seen)),
    };
  }

  /**
   * Snoozes, closes or reopens a flag. Repeating it succeeds and changes nothing. Throws a 404 without the
   * flag, a 409 for a flag that was closed in another way, a 400 for a snooze without an end.
   */
  async change(id: string, body: PatchRiskFlagBody, actor: Actor): Promise<RiskFlag> {
    const until = snoozeEnd(body);
    if (!isUuid(id)) throw flagNotFound();
    return this.transactions.run(
      async (tx) => {
        const [changed] = await send(tx, id, body.action, until, actor);
        if (changed) {
          publishChange(tx, changed, body.action, actor);
          return changed;
        }
        const [flag] = await tx.query<RiskFlag>(sql.FIND, [id, grantOf(actor)]);
        if (!flag) throw flagNotFound();
        if (flag.status === DONE_AS[body.action]) return flag;
        throw new ConflictError(
          'RISK_FLAG_NOT_OPEN',
          `The risk flag is ${flag.status}, so this can no longer be done with it.`,
        );
      },
      { caller: actor },
    );
  }
}

/** The status that makes a repetition a success. */
const DONE_AS: Readonly<Record<PatchRiskFlagBody['action'], RiskStatus | null>> = {
  snooze: null,
  resolve: 'resolved',
  dismiss: 'dismissed',
  reopen: 'open',
};

function publishChange(
  tx: Transaction,
  { id, entityType, entityId, ruleKey, severity, status, snoozedUntil }: RiskFlag,
  action: PatchRiskFlagBody['action'],
  actor: Actor,
): void {
  tx.publish('risk.changed', {
    ...causedBy(actor),
    sourceType: 'risk_flag',
    sourceId: id,
    scope: { entityType, entityId },
    status: 'success',
    meta: {
      entityType,
      entityId,
      ruleKey,
      severity,
      action,
      flagStatus: status,
      snoozedUntil: snoozedUntil?.toISOString() ?? null,
    },
  });
}

function send(
  tx: Transaction,
  id: string,
  action: PatchRiskFlagBody['action'],
  until: Date | null,
  actor: Actor,
): Promise<RiskFlag[]> {
  const values = [id, actor.id, grantOf(actor)];
  switch (action) {
    case 'snooze':
      return tx.query<RiskFlag>(sql.SNOOZE, [...values, until]);
    case 'resolve':
      return tx.query<RiskFlag>(sql.RESOLVE, values);
    case 'dismiss':
      return tx.query<RiskFlag>(sql.DISMISS, values);
    case 'reopen':
      return tx.query<RiskFlag>(sql.REOPEN, values);
  }
}

/** The end of the snooze that a body asks for; throws a 400 unless a snooze, and only one, has one. */
function snoozeEnd({ action, preset, until }: PatchRiskFlagBody): Date | null {
  const given = [preset, until].filter((value) => value != null).length;
  if (action !== 'snooze') {
    if (given === 0) return null;
    const field = preset == null ? 'until' : 'preset';
    throw invalidField(field, `${field} belongs to the action snooze alone`);
  }
  if (given !== 1) throw invalidField('preset', 'a snooze takes exactly one of preset and until');
  if (until == null) return new Date(Date.now() + PRESET_MS[preset ?? '2d']);
  const end = new Date(until);
  if (end.getTime() <= Date.now()) throw invalidField('until', 'until must be ahead');
  return end;
}

function flagNotFound(): NotFoundError {
  return new NotFoundError('RISK_FLAG_NOT_FOUND', 'There is no risk flag with this id.');
}

function countsOf<K extends string>(
  keys: readonly K[],
  count: (key: K) => number,
): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, count(key)])) as Record<K, number>;
}
