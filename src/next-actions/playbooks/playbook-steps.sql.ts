import { type Statement } from '../../database/connections/statement.js';
import { isGranted } from '../../database/sql/scope-condition.js';
import { ACTOR_NAME, joinActor } from '../../users/model/actor-names.sql.js';
import { stands } from '../model/standing-press.sql.js';

/** What a playbook needs to know of its NBA, if that lies in the scopes of $2. */
export const FIND_SUBJECT: Statement = {
  name: 'find_subject_of_playbook',
  text: `
    SELECT id, created_by_rule AS "ruleKey", entity_type AS "entityType", entity_id AS "entityId"
    FROM next_best_actions WHERE id = $1 AND ${isGranted('$2')}`,
};

/** The steps of an NBA that somebody ticked by hand. */
export const LIST_TICKS: Statement = {
  name: 'list_playbook_ticks',
  text: `
    SELECT step.step_key AS key, step.done_at AS "doneAt", step.done_by AS "doneBy",
      ${ACTOR_NAME} AS "doneByName", NULL::uuid AS "executionId"
    FROM playbook_steps AS step${joinActor('step.done_by')}
    WHERE step.next_action_id = $1`,
};

/** The newest success of each of the actions $2 on an NBA: the index of successes has them in this order. */
export const LIST_SUCCESSES: Statement = {
  name: 'list_successes_of_playbook',
  text: `
    SELECT success.action_key AS key, success.finished_at AS "doneAt", success.actor_id AS "doneBy",
      ${ACTOR_NAME} AS "doneByName", success.id AS "executionId"
    FROM unnest($2::text[]) AS wanted(action_key) CROSS JOIN LATERAL (
      SELECT id, action_key, finished_at, actor_id FROM next_action_executions
      WHERE next_action_id = $1 AND action_key = wanted.action_key AND status = 'success'
        AND ${stands()}
      ORDER BY started_at DESC LIMIT 1) AS success${joinActor('success.actor_id')}`,
};

/** Ticks a step; no row where it is ticked. */
export const TICK: Statement = {
  name: 'tick_playbook_step',
  text: `
    INSERT INTO playbook_steps (next_action_id, step_key, done_at, done_by)
    VALUES ($1, $2, now(), $3) ON CONFLICT DO NOTHING RETURNING step_key`,
};

/** Takes a tick back; no row where there is none. */
export const UNTICK: Statement = {
  name: 'untick_playbook_step',
  text: `
    DELETE FROM playbook_steps WHERE next_action_id = $1 AND step_key = $2 RETURNING step_key`,
};
