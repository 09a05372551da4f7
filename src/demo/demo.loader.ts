import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { SYSTEM_ACTOR } from '../kernel/actor.js';
import { LOGGER } from '../logging/logger.js';
import { TransactionRunner } from '../database/transactions/transaction-runner.js';
import { NextActionsService } from '../next-actions/model/next-actions.service.js';
import { NextActionRunsService } from '../next-actions/rules/next-action-runs.service.js';
import { OpsEventsListener } from '../ops-events/ops-events.listener.js';
import { RiskRunsService } from '../risk/risk-runs.service.js';
import { ScoringService } from '../scoring/scoring.service.js';
import { type PushedWorkItem } from '../work-items/work-item.js';
import { WorkItemsService } from '../work-items/work-items.service.js';
import { DEMO_DESKS } from './demo-desk.js';
import { type DemoDesk, type DemoItem } from './demo-item.js';

const HOUR_MS = 3_600_000;

/** Loads the demo data: pushes work items and runs the rules. */
@Injectable()
export class DemoLoader {
  constructor(
    private readonly workItems: WorkItemsService,
    private readonly scoring: ScoringService,
    private readonly risk: RiskRunsService,
    private readonly runs: NextActionRunsService,
    private readonly nextActions: NextActionsService,
    private readonly transactions: TransactionRunner,
    private readonly opsEvents: OpsEventsListener,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Loads the desks, with their times around `now`. Loading again restores the items. It writes one log
   * line; those of the events are of level debug.
   */
  async load(now: Date): Promise<void> {
    const loaded = { scopes: 0, workItems: 0, riskFlags: 0, nextActions: 0 };
    await this.opsEvents.quietly(async () => {
      for (const desk of DEMO_DESKS) {
        const { scope, items } = desk;
        await this.workItems.putAll(
          items.map((item) => ({ ...pushed(item, now), ...scope })),
          SYSTEM_ACTOR,
          { refresh: false },
        );
        // In the order in which each reads what the one before has stored.
        await this.scoring.compute(scope, SYSTEM_ACTOR);
        const flags = await this.risk.run(scope, SYSTEM_ACTOR);
        const actions = await this.runs.run(scope, SYSTEM_ACTOR);
        await this.snooze(desk, now);
        loaded.scopes += 1;
        loaded.workItems += items.length;
        loaded.riskFlags += flags.created;
        loaded.nextActions += actions.created;
      }
    });
    this.logger.info(loaded, 'demo loaded');
  }

  private async snooze({ scope, snoozes }: DemoDesk, now: Date): Promise<void> {
    const query = { ...scope, page: 1, pageSize: 100, status: ['queued'] as const };
    const { items } = await this.nextActions.list(query, SYSTEM_ACTOR);
    for (const { ruleKey, hours } of snoozes) {
      const nextAction = items.find(({ createdByRule }) => createdByRule === ruleKey);
      if (!nextAction) continue;
      const until = hoursFrom(now, hours);
      await this.transactions.run((tx) => this.nextActions.snooze(tx, nextAction.id, until));
    }
  }
}

function pushed({ dueInHours, occurredInHours, ...item }: DemoItem, now: Date): PushedWorkItem {
  return {
    ...item,
    dueAt: dueInHours === undefined ? null : hoursFrom(now, dueInHours).toISOString(),
    occurredAt:
      occurredInHours === undefined ? null : hoursFrom(now, occurredInHours).toISOString(),
  };
}

function hoursFrom(now: Date, hours: number): Date {
  return new Date(now.getTime() + hours * HOUR_MS);
}
