import { type Statement, type Transaction } from '../../database/transactions/transaction.js';
import { type WorkItem } from '../../work-items/work-item.js';
import { conditionSql, WINDOWS, windowValues } from '../../work-items/work-item-facts.sql.js';
import { type WorkItemConditionKey } from '../../work-items/work-item-conditions.js';
import { WORK_ITEM_COLUMNS } from '../../work-items/work-items.sql.js';
import { type NextAction } from '../model/next-action.js';
import { conditionOfRule } from './next-action-rules.js';

/** Most items that are answered. */
const MAX_ITEMS = 1000;

/**
 * The open work items that the NBA of a rule is about at `now`, up to 1000, locked until the transaction
 * ends; none for the NBA of an API client or of a score. They are locked in the order in which pushes lock
 * them, so that the two do not deadlock.
 */
export async function itemsOf(
  tx: Pick<Transaction, 'query'>,
  nextAction: NextAction,
  now: Date,
): Promise<WorkItem[]> {
  const condition = conditionOfRule(nextAction.createdByRule);
  if (condition === undefined) return [];
  return tx.query<WorkItem>(statementOf(condition), windowValues(nextAction, now));
}

function statementOf(condition: WorkItemConditionKey): Statement {
  return {
    name: `items_of_${condition}`,
    text: `
      SELECT ${WORK_ITEM_COLUMNS}
      FROM ${WINDOWS} CROSS JOIN work_items AS item
      WHERE item.entity_type = $1 AND item.entity_id = $2 AND ${conditionSql(condition)}
      ORDER BY item.kind, item.external_id
      LIMIT ${MAX_ITEMS}
      FOR UPDATE OF item`,
  };
}
