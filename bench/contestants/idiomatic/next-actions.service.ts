import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DataSource, type EntityManager, MoreThan } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { OpsEvent } from '../../../src/events/ops-event.entity.js';
import { NextActionExecution } from '../../../src/next-actions/delivery/next-action-execution.entity.js';
import { fingerprint } from '../../../src/next-actions/delivery/request-fingerprint.js';
import { NextBestAction } from '../../../src/next-actions/model/next-best-action.entity.js';

/** The window in which a press of mark_done is a repeat. */
const DEDUPE_MS = 60_000;

interface Pressed {
  readonly executionId: string;
  /** Undefined when an earlier execution answers. */
  readonly event?: OpsEvent;
}

/** A press in one transaction, through TypeORM's entity manager; its event is emitted after the commit. */
@Injectable()
export class NextActionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly emitter: EventEmitter2,
  ) {}

  async execute(id: string, actionKey: string, userId: string): Promise<string> {
    const { executionId, event } = await this.dataSource.transaction((manager) =>
      this.press(manager, id, actionKey, userId),
    );
    if (event) this.emitter.emit(event.eventKey, event);
    return executionId;
  }

  private async press(
    manager: EntityManager,
    id: string,
    actionKey: string,
    userId: string,
  ): Promise<Pressed> {
    const nextAction = await manager.findOne(NextBestAction, {
      where: { id },
      lock: { mode: 'pessimistic_write' },
    });
    if (!nextAction) throw new NotFoundException();
    const startedAt = new Date();
    const requestHash = fingerprint({ nextActionId: id, actionKey });
    const earlier = await manager.findOne(NextActionExecution, {
      where: {
        nextActionId: id,
        actionKey,
        status: 'success',
        requestHash,
        startedAt: MoreThan(new Date(startedAt.getTime() - DEDUPE_MS)),
      },
      order: { startedAt: 'DESC' },
    });
    if (nextAction.status === 'done' && nextAction.closedByExecutionId !== null)
      return { executionId: nextAction.closedByExecutionId };
    if (earlier) return { executionId: earlier.id };
    if (nextAction.status !== 'queued') throw new ConflictException();

    const executionId = uuidv7();
    const changes = {
      status: { from: nextAction.status, to: 'done' },
      completedAt: { from: nextAction.completedAt, to: startedAt },
    };
    const finishedAt = new Date();
    Object.assign(nextAction, {
      status: 'done',
      completedAt: startedAt,
      closedByExecutionId: executionId,
      lastExecutedAt: finishedAt,
      lastExecutionStatus: 'success',
      updatedAt: finishedAt,
    });
    await manager.save(nextAction);
    const execution = manager.create(NextActionExecution, {
      id: executionId,
      nextActionId: id,
      actionKey,
      status: 'success',
      startedAt,
      finishedAt,
      changes,
      actorId: userId,
      requestHash,
    });
    await manager.save(execution);
    const event = manager.create(OpsEvent, {
      id: uuidv7(),
      level: 'info',
      eventKey: 'nba.delivery.executed',
      status: 'success',
      actorId: userId,
      sourceType: 'next_action',
      sourceId: id,
      entityType: nextAction.entityType,
      entityId: nextAction.entityId,
      requestId: uuidv7(),
      durationMs: finishedAt.getTime() - startedAt.getTime(),
      meta: { executionId, actionKey, result: {}, changes },
      createdAt: new Date(),
    });
    await manager.save(event);
    return { executionId, event };
  }
}
