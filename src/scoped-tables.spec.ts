import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** Tables whose rows lie in a scope. */
const TABLES = [
  'next_best_actions',
  'risk_flags',
  'work_items',
  'score_snapshots',
  'next_action_runs',
  'next_action_suppressions',
  'next_action_executions',
  'ops_events',
  'jobs',
  'webhook_deliveries',
].join('|');

/** SQL that reads or changes rows. */
const READS = new RegExp(`\\b(?:FROM|JOIN|UPDATE)\\s+(?:ONLY\\s+)?(?:${TABLES})\\b`);

/** The name of such a table alone, from which the SQL of a list is made. */
const NAMES = new RegExp(`^(?:${TABLES})$`);

/** Files of the application itself: retention and the queues of jobs and webhooks run as the system. */
const OF_THE_SYSTEM =
  /\.retention\.ts$|^jobs\/queue\/(?!jobs\.sql)|^webhooks\/(?:deliveries|fan-out)\//;

/** What narrows the rows to those that a caller may see. */
const NARROWED =
  /\bisGranted\(|\bisSeenDelivery\(|\bListQuery\.(?:within|visible)\(|\beventsList\(|\bscopeCondition\(|: (?:GrantedScopes|VisibleRows)\b/;

/** Declarations that are not narrowed, as file and name, by the reason why no caller reads another's rows. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'a part of a statement that adds the condition': [
    'feed/event-filter.ts eventsOfNextAction',
    'next-actions/model/next-actions.list.ts TABLE',
    'work-items/work-items.search.ts WORK_ITEM_SEARCH',
    'scopes/scopes.sql.ts TABLES',
    'scopes/scopes.sql.ts COUNTS',
    'leads/leads.sql.ts LATEST_SCORE',
    'scoring/score-snapshot.sql.ts HISTORY',
  ],
  'one scope, which scopeFor or scopesToRead checked': [
    'leads/leads.sql.ts LIST_UNSCORED',
    'leads/leads.sql.ts CLAIM_UNSCORED',
    'risk/risk-flags.sql.ts UPSERT_FLAGS',
    'scoring/latest-score.sql.ts LATEST_SCORE_SQL',
    'scoring/scoring.sql.ts FETCH_SCORE_CONTEXT',
    'scoring/scoring.sql.ts FIND_LATEST',
    'work-items/work-item-facts.sql.ts itemsThatMeet',
    'next-actions/rules/next-action-runs.sql.ts QUEUED',
    'next-actions/outcomes/outcome.sql.ts closedSince',
    'next-actions/outcomes/outcome.sql.ts TRACK_OUTCOMES',
    'next-actions/rules/next-action-runs.sql.ts STORE_RUN',
    'jobs/api/job-health.ts healthSql',
  ],
  'a row that a statement with isGranted found or locked in the same transaction or read': [
    'leads/leads.sql.ts STORE_LEAD_SCORE',
    'scoring/scoring.sql.ts CONFIRM_SNAPSHOT',
    'next-actions/delivery/executions.sql.ts recordText',
    'next-actions/delivery/executions.sql.ts earlierSince',
    'next-actions/delivery/executions.sql.ts FIND_TO_UNDO',
    'next-actions/delivery/executions.sql.ts executionQueries',
    'next-actions/delivery/executions.sql.ts MARK_UNDONE',
    'next-actions/delivery/actions/reopen.action.ts FIND_QUEUED',
    'next-actions/playbooks/playbook-steps.sql.ts LIST_SUCCESSES',
    'jobs/queue/jobs.sql.ts CANCEL_UNSTARTED',
    'next-actions/model/next-actions.sql.ts SNOOZE',
    'next-actions/rules/items-of-next-action.ts statementOf',
    'webhooks/retry/requeue.sql.ts REQUEUE',
    'webhooks/retry/requeue.sql.ts FAILED_IN_SCOPE',
    'webhooks/retry/requeue.sql.ts REQUEUE_SCOPE',
    'jobs/api/jobs.list.ts FIND_TRIES',
    'jobs/queue/jobs.sql.ts CANCEL',
    'jobs/queue/jobs.sql.ts REVIVE',
  ],
  'the name of a table': ['next-actions/suppressions/suppressions.sql.ts TABLE'],
  'read by the application itself': [
    'feed/feed.sql.ts feedPage',
    'feed/feed.sql.ts FIND_FEED_EVENT',
    'webhooks/retry/retry-failed-deliveries.handler.ts FIND_SCOPE',
    'webhooks/retry/retry-presses.sql.ts PRESSES',
    'schedules/unsettled-scopes.ts LIST_UNSETTLED_SCOPES',
    'jobs/queue/jobs.sql.ts RECORD_HEARTBEATS',
    'jobs/queue/jobs.sql.ts SUCCEED',
    'jobs/queue/jobs.sql.ts FAIL',
    'jobs/queue/jobs.sql.ts PUT_BACK',
    'jobs/queue/jobs.sql.ts FIND_LOST',
    'jobs/queue/jobs.sql.ts ENDED',
  ],
  'answers counts and ages to METRICS_PORT, which only operators of the machines reach': [
    'metrics/database-figures.sql.ts COUNT_JOBS',
    'metrics/database-figures.sql.ts OLDEST_DUE_JOBS',
    'metrics/database-figures.sql.ts CONSUMER_LAGS',
    'metrics/database-figures.sql.ts HORIZON_AGE',
    'metrics/database-figures.sql.ts OLDEST_DUE_DELIVERY',
  ],
  'answers positions, types or whether something is there, and no row': [
    'feed/feed.sql.ts FEED_STATE',
    'feed/feed.sql.ts FEED_TIP',
    'feed/feed.sql.ts feedStart',
    'feed/feed.sql.ts feedScanEnd',
    'jobs/api/jobs.list.ts BY_TYPE',
    'risk/risk-flags.list.ts BY_TYPE',
    'jobs/queue/jobs.sql.ts FIND_WAITING',
  ],
};

/** The declarations of a file that hold SQL which reads such a table. */
function readersOf(file: string): { readonly name: string; readonly text: string }[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(`src/${file}`, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  return source.statements
    .flatMap(declarationsOf)
    .filter(({ node }) => reads(node))
    .map(({ name, node }) => ({ name, text: node.getText() }));
}

interface Declaration {
  readonly name: string;
  readonly node: ts.Node;
}

/** Each constant, function and member of a class by its name. */
function declarationsOf(statement: ts.Statement): Declaration[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((node) => ({
      name: node.name.getText(),
      node,
    }));
  }
  if (ts.isFunctionDeclaration(statement)) {
    return [{ name: statement.name?.getText() ?? '', node: statement }];
  }
  if (!ts.isClassDeclaration(statement)) return [];
  return statement.members.map((node) => ({
    name: `${statement.name?.getText() ?? ''}.${node.name?.getText() ?? 'constructor'}`,
    node,
  }));
}

function reads(node: ts.Node): boolean {
  if (ts.isTemplateExpression(node) && READS.test(node.getText())) return true;
  if (ts.isStringLiteralLike(node) && READS.test(node.text)) return true;
  const inSql = /\.(?:sql|list|search)\.ts$/.test(node.getSourceFile().fileName);
  if (ts.isStringLiteralLike(node) && inSql && NAMES.test(node.text)) return true;
  return ts.forEachChild(node, reads) ?? false;
}

describe('a statement that reads a table with a scope', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !OF_THE_SYSTEM.test(file));
  const readers = new Map<string, string>(
    files.flatMap((file) => readersOf(file).map(({ name, text }) => [`${file} ${name}`, text])),
  );
  const excepted: readonly string[] = Object.values(EXCEPTIONS).flat();
  const open = [...readers].filter(([, text]) => !NARROWED.test(text)).map(([name]) => name);

  it('is narrowed to what its caller may see, or is an exception with a reason', () => {
    expect(readers.size).toBeGreaterThan(40);
    expect(open.filter((name) => !excepted.includes(name))).toEqual([]);
  });

  it('is no exception where it is narrowed, or is gone', () => {
    expect(excepted.filter((name) => !open.includes(name))).toEqual([]);
  });
});
