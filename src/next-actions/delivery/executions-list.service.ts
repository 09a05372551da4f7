import { Injectable } from '@nestjs/common';
import { type PageQuery } from '../../http/paging/pagination.js';
import { Paginator } from '../../http/paging/paginator.js';
import { type Actor } from '../../kernel/actor.js';
import { isUuid } from '../../kernel/uuid.js';
import { nextActionNotFound } from '../model/next-action.errors.js';
import { type ExecutionPage } from './delivery.dto.js';
import { ExecutionsRepository } from './executions.repository.js';
import { NEWEST } from './executions.sql.js';

/** Reads executions. */
@Injectable()
export class ExecutionsListService {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly paginator: Paginator,
  ) {}

  /** A page of an NBA's executions, newest first; throws a 404. A cursor wins over a page number. */
  async list(typedId: string, query: PageQuery, actor: Actor): Promise<ExecutionPage> {
    if (!isUuid(typedId)) throw nextActionNotFound();
    const id = typedId.toLowerCase();
    const page = this.paginator.openNumbered('executions', { id }, query);
    const found = await this.executions.list(id, page, actor);
    if (!found) throw nextActionNotFound();
    return page.answer(found.rows, NEWEST.positionOf, found.counted);
  }
}
