import { uuidv7 } from 'uuidv7';
import { type Actor, causedBy } from '../kernel/actor.js';
import { type Transaction } from '../database/transactions/transaction.js';
import { computeScore } from '../scoring/scoring.engine.js';
import { type WorkItem } from '../work-items/work-item.js';
import { type Lead } from './lead.js';
import { type LeadAttributes, leadFactors } from './lead-factors.js';
import { SCORED_LEAD, STORE_LEAD_SCORE } from './leads.sql.js';

/** A lead whose row is locked until the transaction ends. */
export interface LockedLead {
  readonly id: string;
  readonly externalId: string;
  readonly attributes: LeadAttributes;
}

type StoredScore = WorkItem & Pick<Lead, 'delta' | 'scoredAt'>;

/** Scores a locked lead by its attributes, stores the snapshot and the state, and publishes it. */
export async function scoreLead(
  tx: Pick<Transaction, 'query' | 'publish'>,
  { id, attributes }: LockedLead,
  actor: Actor,
): Promise<Lead> {
  const { score, band, factors, reasons } = computeScore(leadFactors(attributes));
  const snapshotId = uuidv7();
  const values = { leadId: id, id: snapshotId, score, band, factors, reasons };
  const [stored] = await tx.query<StoredScore>(
    STORE_LEAD_SCORE,
    SCORED_LEAD.values({ ...values, actorId: actor.id }),
  );
  if (!stored) throw new Error('A locked lead was not there to be scored.');
  const { entityType, entityId, delta } = stored;
  tx.publish('score.computed', {
    ...causedBy(actor),
    sourceType: 'lead',
    sourceId: id,
    scope: { entityType, entityId },
    status: 'success',
    meta: { entityType, entityId, snapshotId, score, band, delta },
  });
  return { ...stored, snapshotId, score, band, factors, reasons };
}
