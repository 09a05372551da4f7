import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useScopes } from './api/queries.js';
import { useCommands } from './palette/commands.js';
import { undoNewest } from './press/pressing.js';
import { type PageEntry } from './pages.js';

/** Offers what can be done on every page: the pages, the queue of each scope, undo and sign-out. */
export function useFrameCommands(pages: readonly PageEntry[], onSignOut: () => void): void {
  const [, navigate] = useLocation();
  const scopes = useScopes();
  const known = scopes.data?.items;
  const goTo = useMemo(
    () =>
      [{ path: '/', name: 'Queue' }, ...pages].map(({ path, name }) => ({
        id: `page ${path}`,
        label: name,
        run: () => navigate(path),
      })),
    [navigate, pages],
  );
  const queues = useMemo(
    () =>
      [
        ['Assigned to me', '/?assignee=me'],
        ['Unassigned', '/?assignee=none'],
        ['Snoozed', '/?snoozed=only'],
        ...(known ?? []).map(
          ({ scope }) => [scope, `/?scope=${encodeURIComponent(scope)}`] as const,
        ),
      ].map(([label, path]) => ({
        id: `queue ${path}`,
        label,
        run: () => navigate(path),
      })),
    [navigate, known],
  );
  const others = useMemo(
    () => [
      { id: 'undo', label: 'Undo the last press or change', hint: 'u', run: undoNewest },
      { id: 'sign out', label: 'Sign out', run: onSignOut },
    ],
    [onSignOut],
  );
  useCommands('Go to', goTo);
  useCommands('Queue of', queues);
  useCommands('Here', others);
}
