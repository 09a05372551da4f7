import { Injectable } from '@nestjs/common';
import { SYSTEM_ACTOR } from '../common/actor.js';
import { TransactionRunner } from '../database/transaction-runner.js';
import { NextActionsService } from '../next-actions/next-actions.service.js';
import { NextActionRunsService } from '../next-actions/rules/next-action-runs.service.js';
import { RiskRunsService } from '../risk/risk-runs.service.js';
import { ScoringService } from '../scoring/scoring.service.js';
import { type PushedWorkItem } from '../work-items/work-item.js';
import { WorkItemsService } from '../work-items/work-items.service.js';
import { DEMO_DESKS } from './demo-desk.js';
import { type DemoDesk, type DemoItem } from './demo-item.js';

const HOUR_MS = 3_600_000;

/** Loads the demo, so that a first look shows something to press: pushes items and lets the rules run. */
@Injectable()
export class DemoLoader {
  constructor(
    private readonly workItems: WorkItemsService,
    private readonly scoring: ScoringService,
    private readonly risk: RiskRunsService,
    private readonly runs: NextActionRunsService,
    private readonly nextActions: NextActionsService,
    private readonly transactions: TransactionRunner,
  ) {}

  /** Loads the desks, with their times around `now`. Doing it again brings the items back. */
  async load(now: Date): Promise<void> {
    for (const desk of DEMO_DESKS) {
      const { scope, items } = desk;
      await this.workItems.putAll(items.map((item) => ({ ...pushed(item, now), ...scope })));
      // In the order in which each reads what the one before has stored.
      await this.scoring.compute(scope, SYSTEM_ACTOR);
      await this.risk.run(scope, SYSTEM_ACTOR);
      await this.runs.run(scope, SYSTEM_ACTOR);
      await this.snooze(desk, now);
    }
  }

  private async snooze({ scope, snoozes }: DemoDesk, now: Date): Promise<void> {
    const { items } = await this.nextActions.list({
      ...scope,
      page: 1,
      pageSize: 100,
      status: 'queued',
    });
    for (const { ruleKey, hours } of snoozes) {
      const nextAction = items.find(({ createdByRule }) => createdByRule === ruleKey);
      if (!nextAction) continue;
      const until = hoursFrom(now, hours);
      await this.transactions.run((tx) =>
        this.nextActions.snoozeNextAction(tx, nextAction.id, until),
      );
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
