import { type JSX } from 'react';
import { useLocation } from 'wouter';
import { queryClient } from '../../api/queries.js';
import { useLiveMessages } from '../../live/live.js';
import { useOnLive } from '../../live/renewed.js';
import { oneScope } from '../../ui/filter-values.js';
import { Empty, List } from '../../ui/list.js';
import { Page } from '../../ui/page.js';
import { SidePanel } from '../../ui/side-panel.js';
import { useNow } from '../../ui/time.js';
import { useUrlFilters } from '../../ui/url-filters.js';
import { useWide } from '../../ui/wide.js';
import { SCORE_FILTERS } from './score-filters.js';
import { ScoreDetail } from './score-detail.js';
import { nameOf, type Scope, scoreKeys, useScopeRows } from './score-queries.js';
import { ScopeTable } from './scope-table.js';
import '../../styles/work-item.css';
import '../../styles/score.css';
import '../../styles/scores.css';

/** Events after which the counts beside the scores, or the scopes, are others. */
const COUNTED = ['nba.', 'risk.', 'work_item.'];

/** The scores of the scopes, and what one of them is made of. */
export function ScoresPage(): JSX.Element {
  const [filters] = useUrlFilters(SCORE_FILTERS);
  const [, navigate] = useLocation();
  const list = useScopeRows();
  useOnLive(COUNTED, list.changed);
  useFollowedScores();
  const now = useNow(60_000);
  const isWide = useWide();
  const named = oneScope(filters.scope);
  // Where there is room beside the list, the details of one scope are always there.
  const shown = named ?? (isWide ? list.items[0] : undefined);
  const close = (): void => navigate('/scores', { replace: true });
  const detail = shown && <ScoreDetail key={nameOf(shown)} scope={shown} now={now} />;
  return (
    <>
      <Page title="Scores">
        <List
          list={list}
          empty={
            <Empty title="No scopes yet">
              <p className="sub">
                A scope appears here with its first work item, next best action or risk flag, and is
                scored by its open items, its jobs and the errors of the day.
              </p>
            </Empty>
          }
        >
          {(scopes) => (
            <ScopeTable scopes={scopes} selected={shown ? nameOf(shown) : ''} now={now} />
          )}
        </List>
      </Page>
      {isWide && detail && (
        <aside className="panel score-panel" aria-label="Score">
          {detail}
        </aside>
      )}
      {!isWide && detail && (
        <SidePanel label="Score" onClose={close}>
          {detail}
        </SidePanel>
      )}
    </>
  );
}

/** A score that is computed meanwhile is read anew, that of its scope alone. */
function useFollowedScores(): void {
  useLiveMessages((message) => {
    if (message.name !== 'event' || message.event.eventKey !== 'score.computed') return;
    const { sourceType, meta } = message.event;
    // That of a lead is none of its scope.
    if (sourceType === 'lead') return;
    const { entityType, entityId } = meta as Partial<Scope>;
    if (typeof entityType !== 'string' || typeof entityId !== 'string') return;
    void queryClient.invalidateQueries({ queryKey: scoreKeys.scope({ entityType, entityId }) });
  });
}
