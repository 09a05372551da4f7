import { Injectable } from '@nestjs/common';
import { type Scope } from '../common/scope.js';
import { TransactionRunner } from '../database/transaction-runner.js';
import { type OpenScopes } from '../jobs/open-scopes.js';

/** Every scope with an open work item, from the partial index on them. */
const LIST_OPEN_SCOPES = {
  name: 'list_open_scopes',
  text: `
    SELECT DISTINCT entity_type AS "entityType", entity_id AS "entityId"
    FROM work_items WHERE is_open`,
};

/** Tells the schedules which scopes there is something to do in. */
@Injectable()
export class OpenWorkItemScopes implements OpenScopes {
  constructor(private readonly transactions: TransactionRunner) {}

  list(): Promise<Scope[]> {
    return this.transactions.query<Scope & Record<string, string>>(LIST_OPEN_SCOPES);
  }
}
