import { Inject, Injectable } from '@nestjs/common';
import { ENV, type Env } from '../../config/env.js';
import { ConflictError } from '../../kernel/errors/domain-error.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { NextActionTurns } from '../model/next-action-turns.js';
import { statementLimitMs } from './action-runner.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';
import { failureAnswer, failureOf, isFailureOfAction } from './delivery.errors.js';
import { lostKeyRace } from './idempotency-keys.js';
import { observedPress } from './observed-press.js';
import { type PreviewAnswer } from './preview.dto.js';
import { PressAttempt } from './press-attempt.js';
import { type Press, type RunningPress, runningPress } from './press.js';

/** How long a preview waits for its NBA, in ms: somebody looks at it. */
const MAX_WAIT_MS = 1000;

/** Runs a press in its transaction and takes it back. */
@Injectable()
export class PreviewService {
  constructor(
    private readonly registry: DeliveryActionRegistry,
    private readonly attempt: PressAttempt,
    private readonly transactions: TransactionRunner,
    private readonly turns: NextActionTurns,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** What a press would do. Throws what the press would throw; nothing is on record, and no key is used. */
  async preview(typed: Press): Promise<PreviewAnswer> {
    this.transactions.assertOutside(typed.actor);
    const running = runningPress(this.registry, typed, true);
    if (!running.action.preview) throw previewNotAvailable(running.actionKey);
    const waitMs = Math.min(MAX_WAIT_MS, this.env.lockTimeoutMs);
    const since = performance.now();
    return observedPress('preview', running, () =>
      this.turns.run(running.nextActionId, waitMs, () =>
        // The turn and the lock together take no longer; 0 would be no limit.
        this.run(running, Math.max(1, Math.ceil(waitMs - (performance.now() - since)))),
      ),
    );
  }

  private async run(running: RunningPress, lockMs: number): Promise<PreviewAnswer> {
    try {
      return await this.transactions.tryOut(
        async (tx) => {
          const { replayed, changes, meta } = await this.attempt.run(tx, running);
          const events = tx.events.map(({ eventKey, level, meta: recorded }) => ({
            eventKey,
            level,
            meta: recorded,
          }));
          return { ok: true, preview: true, replayed, changes, meta, events };
        },
        {
          retryOn: lostKeyRace,
          caller: running.actor,
          statementMs: statementLimitMs(running.action, this.env),
          lockMs,
        },
      );
    } catch (error) {
      if (!running.began || !isFailureOfAction(error)) throw error;
      throw failureAnswer(`The action "${running.actionKey}"`, failureOf(error));
    }
  }
}

function previewNotAvailable(actionKey: string): ConflictError {
  return new ConflictError(
    'PREVIEW_NOT_AVAILABLE',
    `The action "${actionKey}" does what can not be taken back, so it has no preview.`,
  );
}
