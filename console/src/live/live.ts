import { useEffect, useRef, useSyncExternalStore } from 'react';
import { BASE } from '../api/base.js';
import { sayCallerRefused, type Schemas } from '../api/client.js';
import { type Frame } from './frames.js';
import { hasLocks, lead } from './leader.js';
import { followStream, type OpenStream } from './stream.js';

export type LiveEvent = Schemas['OpsEventAnswer'];

/** Whether what is shown follows the server. `since`: when the stream broke, in ms since the epoch. */
export type LiveState =
  | { readonly name: 'off' }
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  | { readonly name: 'stale'; readonly since: number };

/**
 * What the listener gets. `reset`: events were missed, so that everything shown may be old. `begun`: the stream
 * begins now, so that what was read just before may lack what happened in between.
 */
export type LiveMessage =
  | { readonly name: 'event'; readonly event: LiveEvent }
  | { readonly name: 'reset' }
  | { readonly name: 'begun' };

type Listener = (message: LiveMessage) => void;

/** What the tabs of a browser tell each other. */
type Told =
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** `lastId`: where the next leader goes on. */
  | { readonly kind: 'state'; readonly state: LiveState; readonly lastId: string | undefined }
  | { readonly kind: 'reset' }
  | { readonly kind: 'ask' };

const NAME = `next-actions-live:${BASE}`;

/** The live feed: one tab reads the stream, and tells the others. */
class Live {
  private state: LiveState = { name: 'off' };
  private isLeader = false;
  /** Whether this page has been live: what it shows follows from then on. */
  private hasShown = false;
  private lastId: string | undefined;
  private channel: BroadcastChannel | undefined;
  private controller: AbortController | undefined;
  private readonly listeners = new Set<Listener>();
  private readonly readers = new Set<() => void>();

  /** Begins for whoever is signed in. */
  start(): void {
    this.stop();
    const controller = new AbortController();
    this.controller = controller;
    this.hasShown = false;
    if (hasLocks()) {
      this.channel = new BroadcastChannel(NAME);
      this.channel.onmessage = ({ data }: MessageEvent<Told>) => this.hear(data);
      this.tell({ kind: 'ask' });
    }
    this.set({ name: 'connecting' });
    void lead(NAME, (signal) => this.follow(signal), controller.signal);
  }

  stop(): void {
    this.controller?.abort();
    this.channel?.close();
    this.channel = undefined;
    this.lastId = undefined;
    this.set({ name: 'off' });
  }

  readonly current = (): LiveState => this.state;

  readonly onState = (reader: () => void): (() => void) => {
    this.readers.add(reader);
    return () => void this.readers.delete(reader);
  };

  onMessage(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private async follow(signal: AbortSignal): Promise<void> {
    this.isLeader = true;
    const listener = {
      isLive: (isLive: boolean) => this.share(isLive),
      frame: (frame: Frame) => {
        this.tell({ kind: 'frame', frame });
        this.show(frame);
      },
      begun: () => this.begin(),
      refused: (status: number) => {
        if (status === 401) sayCallerRefused();
        this.set({ name: 'off' });
      },
    };
    await followStream(openStream, listener, signal, this.lastId);
    this.isLeader = false;
  }

  private share(isLive: boolean): void {
    if (isLive === (this.state.name === 'live')) return;
    if (!isLive && this.state.name === 'stale') return;
    const state: LiveState = isLive ? { name: 'live' } : { name: 'stale', since: Date.now() };
    this.tell({ kind: 'state', state, lastId: this.lastId });
    this.set(state);
  }

  private tell(told: Told): void {
    this.channel?.postMessage(told);
  }

  private hear(told: Told): void {
    if (told.kind === 'frame') this.show(told.frame);
    else if (told.kind === 'reset') this.say({ name: 'reset' });
    else if (told.kind === 'state') {
      this.lastId = told.lastId ?? this.lastId;
      this.set(told.state);
    } else if (this.isLeader) {
      this.tell({ kind: 'state', state: this.state, lastId: this.lastId });
    }
  }

  private show({ id, name, data }: Frame): void {
    if (id !== '') this.lastId = id;
    if (name === 'ready') return;
    const message: LiveMessage =
      name === 'reset'
        ? { name: 'reset' }
        : { name: 'event', event: JSON.parse(data) as LiveEvent };
    this.say(message);
  }

  private begin(): void {
    if (!this.hasShown) this.say({ name: 'begun' });
    else {
      this.tell({ kind: 'reset' });
      this.say({ name: 'reset' });
    }
  }

  private say(message: LiveMessage): void {
    for (const listener of this.listeners) listener(message);
  }

  private set(state: LiveState): void {
    this.state = state;
    this.hasShown ||= state.name === 'live';
    for (const reader of this.readers) reader();
  }
}

const openStream: OpenStream = (after, signal) =>
  fetch(`${BASE}/api/events/stream`, {
    headers: { ...(after === undefined ? {} : { 'Last-Event-ID': after }) },
    cache: 'no-store',
    signal,
  });

/** The live feed of this page. */
export const live = new Live();

export function useLiveState(): LiveState {
  return useSyncExternalStore(live.onState, live.current);
}

/** Calls the listener with every event of the live feed. */
export function useLiveMessages(listener: Listener): void {
  const current = useRef(listener);
  useEffect(() => {
    current.current = listener;
  });
  useEffect(() => live.onMessage((message) => current.current(message)), []);
}
