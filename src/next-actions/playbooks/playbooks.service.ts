import { Injectable } from '@nestjs/common';
import { grantOf } from '../../database/sql/scope-condition.js';
import { type Transaction } from '../../database/transactions/transaction.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type Actor, causedBy } from '../../kernel/actor.js';
import { ConflictError, NotFoundError } from '../../kernel/errors/domain-error.js';
import { type Scope } from '../../kernel/scope.js';
import { isUuid } from '../../kernel/uuid.js';
import { nextActionNotFound } from '../model/next-action.errors.js';
import { type PlaybookStep, playbookOf, STEP_ACTIONS } from '../rules/playbooks.js';
import * as sql from './playbook-steps.sql.js';
import { type PlaybookAnswer, type PlaybookStepAnswer } from './playbooks.dto.js';

/** The NBA that a playbook is about. */
interface Subject extends Scope {
  readonly id: string;
  readonly ruleKey: string | null;
}

/** Who did a step, or pressed an action, and when; `key` is that of the step or the action. */
type Done = Pick<PlaybookStepAnswer, 'key' | 'doneAt' | 'doneBy' | 'doneByName' | 'executionId'>;

/** Reads the playbook of an NBA, and ticks its steps. */
@Injectable()
export class PlaybooksService {
  constructor(private readonly transactions: TransactionRunner) {}

  /** The playbook with its ticks, in one round trip; without title and steps where there is none. */
  async get(id: string, actor: Actor): Promise<PlaybookAnswer> {
    if (!isUuid(id)) throw nextActionNotFound();
    const [[subject], ticks, successes] = (await this.transactions.read(
      [
        { statement: sql.FIND_SUBJECT, values: [id, grantOf(actor)] },
        { statement: sql.LIST_TICKS, values: [id] },
        { statement: sql.LIST_SUCCESSES, values: [id, STEP_ACTIONS] },
      ],
      { caller: actor },
    )) as [Subject[], Done[], Done[]];
    if (!subject) throw nextActionNotFound();
    return answerOf(subject, ticks, successes);
  }

  /**
   * Ticks a step by hand, or takes such a tick back. Repeating it is a success. Throws a 404 for an NBA or a
   * step that is not there, a 409 for a step that stays ticked by an execution.
   */
  async tick(id: string, key: string, done: boolean, actor: Actor): Promise<PlaybookAnswer> {
    if (!isUuid(id)) throw nextActionNotFound();
    await this.transactions.run((tx) => this.tickIn(tx, id, key, { done, actor }), {
      caller: actor,
    });
    return this.get(id, actor);
  }

  private async tickIn(
    tx: Transaction,
    id: string,
    key: string,
    { done, actor }: { readonly done: boolean; readonly actor: Actor },
  ): Promise<void> {
    const [subject] = await tx.query<Subject>(sql.FIND_SUBJECT, [id, grantOf(actor)]);
    if (!subject) throw nextActionNotFound();
    const { ruleKey, entityType, entityId } = subject;
    const step = playbookOf(ruleKey)?.steps.find((one) => one.key === key);
    if (!step || ruleKey === null) {
      throw new NotFoundError('PLAYBOOK_STEP_NOT_FOUND', 'The playbook has no step with this key.');
    }
    const changed = done
      ? await tx.query(sql.TICK, [id, key, actor.id])
      : await tx.query(sql.UNTICK, [id, key]);
    if (changed.length === 0) {
      if (!done) await assertNotExecuted(tx, id, step);
      return;
    }
    tx.publish('nba.playbook.step', {
      ...causedBy(actor),
      sourceType: 'next_action',
      sourceId: subject.id,
      scope: { entityType, entityId },
      status: 'success',
      meta: { ruleKey, stepKey: key, done },
    });
  }
}

async function assertNotExecuted(
  tx: Transaction,
  id: string,
  { actionKey }: PlaybookStep,
): Promise<void> {
  if (actionKey === undefined) return;
  const executed = await tx.query<Done>(sql.LIST_SUCCESSES, [id, [actionKey]]);
  if (executed.length === 0) return;
  throw new ConflictError(
    'PLAYBOOK_STEP_EXECUTED',
    `The step is done by an execution of ${actionKey}, which stays on record.`,
  );
}

function answerOf(
  { id, ruleKey, ...scope }: Subject,
  ticks: readonly Done[],
  successes: readonly Done[],
): PlaybookAnswer {
  const playbook = playbookOf(ruleKey);
  const { title = null, outcome = null, why = null } = playbook ?? {};
  const steps = playbook?.steps ?? [];
  return {
    nextActionId: id,
    ruleKey,
    title,
    outcome,
    why,
    steps: steps.map((step) => {
      const done =
        ticks.find(({ key }) => key === step.key) ??
        successes.find(({ key }) => key === step.actionKey);
      return stepAnswer(step, scope, done);
    }),
    suggestedActions: [...(playbook?.suggestedActions ?? [])],
  };
}

function stepAnswer(
  { key, text, required, actionKey, link }: PlaybookStep,
  scope: Scope,
  done: Done | undefined,
): PlaybookStepAnswer {
  const { doneAt = null, doneBy = null, doneByName = null, executionId = null } = done ?? {};
  return {
    key,
    text,
    required,
    actionKey: actionKey ?? null,
    link: link?.(scope) ?? null,
    done: done !== undefined,
    doneAt,
    doneBy,
    doneByName,
    executionId,
  };
}
