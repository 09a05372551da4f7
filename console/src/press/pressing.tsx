import {
  createContext,
  type JSX,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import { type ActionButton, type Me, type NextAction } from '../api/client.js';
import { keys, queryClient } from '../api/queries.js';
import { useSignedIn } from '../api/rights.js';
import { httpTransport } from './http-transport.js';
import { type Press, undoableExecutions } from './press.js';
import { undoableNotice, undoNotice } from '../ui/notices.js';
import { onDemand } from '../ui/on-demand.js';
import { plainLabel } from './press-text.js';
import { Presses } from './presses.js';

/** Loaded after the first list. */
const dialog = onDemand(() => import('./press-dialog.js'));

type ChangeListener = (nextActionIds: readonly string[]) => void;

const changeListeners = new Set<ChangeListener>();

/** Reads anew what a change of these next best actions concerns. */
export function renewChanged(ids: readonly string[]): void {
  for (const id of ids) void queryClient.invalidateQueries({ queryKey: keys.nextAction(id) });
  void queryClient.invalidateQueries({ queryKey: keys.summaries });
  // A list that is not shown is read anew when it is: only one that is shown keeps its rows in place.
  queryClient.removeQueries({ queryKey: keys.queues, type: 'inactive' });
  for (const listener of changeListeners) listener(ids);
}

/** The presses of this page. */
export const presses = new Presses(
  httpTransport,
  { changed: renewChanged },
  () => queryClient.getQueryData<Me | null>(keys.me)?.id,
);

/** The presses of this page, the oldest first. */
export function usePresses(): readonly Press[] {
  return useSyncExternalStore(presses.subscribe, presses.all);
}

/** Calls the listener with the next best actions that presses may have changed. */
export function useChanged(listener: ChangeListener): void {
  useEffect(() => {
    changeListeners.add(listener);
    return () => void changeListeners.delete(listener);
  }, [listener]);
}

/** Nothing of the session that ended stays in this page, but for who is signed in. */
export function forgetSession(): void {
  presses.forget();
  queryClient.getMutationCache().clear();
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
}

/** Undoes the newest press or change that can be undone. */
export function undoNewest(): void {
  const last = presses.all().findLast((press) => undoableExecutions(press).length > 0);
  const pressedAt = last?.phase.name === 'settled' ? last.phase.at : 0;
  const notice = undoableNotice();
  if (notice && notice.at > pressedAt) undoNotice(notice);
  else if (last) void presses.undo(last.intent.key);
}

/** A button on its way: it asks before it is pressed. */
export interface Asked {
  readonly button: ActionButton;
  readonly items: readonly NextAction[];
}

/** Presses a button on one or more next best actions, after its question and its form. */
type PressButton = (button: ActionButton, items: readonly NextAction[]) => void;

const PressContext = createContext<PressButton>(() => undefined);

export function usePressButton(): PressButton {
  return useContext(PressContext);
}

/** Most targets of one request. Source: docs/http-api.md, "Bulk". */
const MAX_TARGETS = 100;

function send({ button, items }: Asked, userId: string, input?: Record<string, unknown>): void {
  const { actionKey, label, undo: undoable } = button;
  for (let first = 0; first < items.length; first += MAX_TARGETS) {
    const targets = items.slice(first, first + MAX_TARGETS).map(({ id, title }) => ({ id, title }));
    const key = newKey();
    presses.press({ key, userId, actionKey, label: plainLabel(label), undoable, input, targets });
  }
}

/** A new Idempotency-Key. `crypto.randomUUID` is missing on a page that came over plain HTTP. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Lets what is inside press buttons, and shows their questions and forms. */
export function Pressing({ children }: { readonly children: ReactNode }): JSX.Element {
  const [asked, setAsked] = useState<Asked>();
  const { id: userId } = useSignedIn();
  const press = useCallback<PressButton>(
    (button, items) => {
      if (items.length === 0) return;
      if (button.confirm === null && button.inputSchema === null) send({ button, items }, userId);
      else {
        dialog.load(() => setAsked(undefined));
        setAsked({ button, items });
      }
    },
    [userId],
  );
  const close = (): void => setAsked(undefined);
  const parts = dialog.usePart();
  return (
    <PressContext.Provider value={press}>
      {children}
      {asked && parts && (
        <parts.PressDialog
          asked={asked}
          onClose={close}
          onPress={(input) => {
            close();
            send(asked, userId, input);
          }}
        />
      )}
    </PressContext.Provider>
  );
}
