import { Injectable } from '@nestjs/common';
import { paginate } from '../../http/paging/pagination.js';
import { type Actor } from '../../kernel/actor.js';
import { isUuid } from '../../kernel/uuid.js';
import { nextActionNotFound } from '../model/next-action.errors.js';
import { type ExecutionPage } from './delivery.dto.js';
import { ExecutionsRepository } from './executions.repository.js';

/** Reads what was pressed. */
@Injectable()
export class ExecutionsService {
  constructor(private readonly executions: ExecutionsRepository) {}

  /** A page of an NBA's presses, newest first; throws a 404. */
  async list(id: string, page: number, pageSize: number, actor: Actor): Promise<ExecutionPage> {
    const found = isUuid(id)
      ? await this.executions.list(id, pageSize, (page - 1) * pageSize, actor)
      : undefined;
    if (!found) throw nextActionNotFound();
    return { items: found.rows, pagination: paginate(page, pageSize, found.total) };
  }
}
