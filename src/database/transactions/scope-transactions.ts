import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type Scope } from '../../kernel/scope.js';
import { ENV, type Env } from '../../config/env.js';
import { scopeWorkKey, type ScopeWork } from './scope-lock.js';
import { type Transaction } from './transaction.js';
import { TransactionRunner } from './transaction-runner.js';
import { Turns } from '../connections/turns.js';

/**
 * Runs transactions that take a scope lock. Within one process they wait for each other in memory, without
 * a connection each.
 */
@Injectable()
export class ScopeTransactions {
  private readonly turns = new Turns();

  constructor(
    private readonly transactions: TransactionRunner,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Runs the work, which takes the lock itself, when its turn has come. */
  run<T>(
    work: ScopeWork,
    scope: Scope,
    actor: Actor,
    run: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.turns.run(scopeWorkKey(work, scope), this.env.lockTimeoutMs, () =>
      this.transactions.run(run, { caller: actor }),
    );
  }
}
