import { columnsOf } from '../database/sql/columns.js';
import { Keyset } from '../database/sql/keyset.js';
import { ScoreSnapshotRow } from './score-snapshot.entity.js';

/** The columns of the table, where scopes and leads have their snapshots, as one is stored. */
export const SCORE_SNAPSHOT = columnsOf(ScoreSnapshotRow).only(
  'id',
  'subject',
  'leadId',
  'entityType',
  'entityId',
  'score',
  'band',
  'delta',
  'factors',
  'reasons',
  'actorId',
  'computedAt',
);

/** The columns of a ScoreSnapshot. */
export const SNAPSHOT = columnsOf(ScoreSnapshotRow).only(
  'id',
  'entityType',
  'entityId',
  'score',
  'band',
  'delta',
  'factors',
  'reasons',
  'computedAt',
  'confirmedAt',
);

/** The columns of a PastScore. */
export const PAST_SCORE = SNAPSHOT.only(
  'id',
  'score',
  'band',
  'delta',
  'computedAt',
  'confirmedAt',
);

/** A page of a history of scores: the newest first. */
export const HISTORY = {
  select: PAST_SCORE.select(),
  from: 'score_snapshots',
  keyset: Keyset.by(SNAPSHOT.only('computedAt', 'id')),
};
