import { OpsEvent } from '../../events/ops-event.entity.js';
import { type Statement } from '../connections/statement.js';
import { columnsOf } from '../sql/columns.js';

/** The position in the order of commits has defaults, which cost no parameter and no look-up. */
const EVENT = columnsOf(OpsEvent).without('epoch', 'xid');
/** An event has its scope as one field. */
const RECORD = `${EVENT.without('entityType', 'entityId').recordset()}, "scope" jsonb`;

/** Stores any number of RecordedEvents, given as one JSON array, in the caller's transaction. */
export const INSERT_EVENTS: Statement = {
  name: 'insert_ops_events',
  text: `
    INSERT INTO ops_events (${EVENT.names()})
    SELECT ${EVENT.fields('e', {
      entityType: `e."scope"->>'entityType'`,
      entityId: `e."scope"->>'entityId'`,
    })}
    FROM jsonb_to_recordset($1::jsonb) AS e(${RECORD})`,
};
