import { Injectable } from '@nestjs/common';
import { SYSTEM_ACTOR } from '../common/actor.js';
import { NextActionsService } from '../next-actions/next-actions.service.js';
import { DEMO_DESK } from './demo-desk.js';

const HOUR_MS = 3_600_000;

/** Loads the demo desk, so that a first look shows something to press. */
@Injectable()
export class DemoLoader {
  constructor(private readonly nextActions: NextActionsService) {}

  /** Loads the desk; doing it again changes nothing, since every entry has its dedupe key. */
  async load(now: Date): Promise<void> {
    for (const { scope, nextActions } of DEMO_DESK) {
      for (const { snoozedForHours, ...nextAction } of nextActions) {
        const snoozedUntil =
          snoozedForHours === undefined
            ? null
            : new Date(now.getTime() + snoozedForHours * HOUR_MS).toISOString();
        await this.nextActions.create({ ...nextAction, ...scope, snoozedUntil }, SYSTEM_ACTOR);
      }
    }
  }
}
