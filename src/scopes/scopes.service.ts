import { Injectable } from '@nestjs/common';
import { Reads } from '../database/replica/reads.js';
import { type CursorQuery } from '../http/paging/cursor-page.js';
import { COUNT_LIMIT, totalOf } from '../http/paging/pagination.js';
import { Paginator } from '../http/paging/paginator.js';
import { type Actor } from '../kernel/actor.js';
import { allOf } from '../kernel/grants.js';
import { type Scope, ScopeFilter } from '../kernel/scope.js';
import { peopleQuery, type Person, positionOf as positionOfPerson } from './people.sql.js';
import { type PeoplePage, type ScopePage } from './scopes.dto.js';
import { positionOf, type ScopeRow, scopesQuery } from './scopes.sql.js';

/** Lists the scopes that a caller may see and that have next best actions, risk flags or work items. */
@Injectable()
export class ScopesService {
  constructor(
    private readonly reads: Reads,
    private readonly paginator: Paginator,
  ) {}

  /** A page of those to whom a next best action of a scope may be assigned, by name. */
  async people(scope: Scope, query: CursorQuery, actor: Actor): Promise<PeoplePage> {
    const page = this.paginator.open('people', scope, query);
    const { statement, values } = peopleQuery(scope, page);
    const rows = await this.reads.query<Person & Record<string, unknown>>(statement, values, {
      caller: actor,
    });
    return page.answer(rows, positionOfPerson);
  }

  /** A page of the scopes, by type and id, with what waits in each. */
  async list(query: CursorQuery, actor: Actor): Promise<ScopePage> {
    const page = this.paginator.open('scopes', {}, query);
    const { statement, values } = scopesQuery(allOf(actor), page);
    const rows = await this.reads.query<ScopeRow & Record<string, unknown>>(statement, values, {
      caller: actor,
    });
    const { items, pagination } = page.answer(rows, positionOf);
    return {
      items: items.map(({ entityType, entityId, queued, openFlags }) => {
        const { total, isExact } = totalOf(queued, COUNT_LIMIT);
        return {
          scope: String(ScopeFilter.of({ entityType, entityId })),
          entityType,
          entityId,
          queued: total,
          queuedIsExact: isExact,
          openFlags,
        };
      }),
      pagination,
    };
  }
}
