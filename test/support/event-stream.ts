import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type supertest from 'supertest';
import { type ApiClient, beginningOf } from './requests.js';

/** An event as it came over the wire. */
export interface ReceivedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly id: string; readonly requestId?: string | null } & Readonly<
    Record<string, unknown>
  >;
}

/** How a stream is opened. */
export interface StreamOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly lastEventId?: string | undefined;
}

const PATH = '/api/events/stream';
const PATIENCE_MS = 15_000;

/** A client of the live feed on a socket of its own: what came, the last id, and whether the stream ended. */
export class EventStream {
  readonly events: ReceivedEvent[] = [];
  readonly comments: string[] = [];
  readonly retries: number[] = [];
  /** As a browser would send it to reconnect. */
  lastEventId: string | undefined;
  /** Whether the server ended it, and not the loss of its connection. */
  ended = false;
  closed = false;
  private rest = '';
  private readonly waiting = new Set<() => void>();

  private constructor(readonly answer: IncomingMessage) {
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => this.take(text));
    answer.on('end', () => (this.ended = true));
    answer.on('error', () => undefined);
    answer.on('close', () => {
      this.closed = true;
      this.look();
    });
  }

  /** Opens a stream, and throws unless it begins. */
  static async open(api: ApiClient, options: StreamOptions = {}): Promise<EventStream> {
    const answer = await ask(api, options);
    if (answer.statusCode !== 200) throw new Error(`The stream answers ${answer.statusCode}.`);
    const stream = new EventStream(answer);
    stream.lastEventId = options.lastEventId;
    return stream;
  }

  /** Asks for one that is refused: the answer is read as usual. */
  static refused(api: ApiClient, options: StreamOptions = {}): supertest.Test {
    return beginningOf(api.get(PATH, { ...options.query }).set(headersOf(options)));
  }

  /** The notes (`requestId`) of the domain events that came, in their order. */
  get notes(): string[] {
    return this.domainEvents.map(({ data }) => data.requestId ?? data.id);
  }

  /** The events without those about the stream itself. */
  get domainEvents(): ReceivedEvent[] {
    return this.events.filter(({ event }) => event !== 'ready' && event !== 'reset');
  }

  /** Resolves when it holds; rejects when the stream closes before. */
  async until(what: string, holds: () => boolean): Promise<void> {
    await this.wait(what, () => {
      if (holds()) return true;
      if (this.closed) throw new Error(`The stream closed before: ${what}`);
      return false;
    });
  }

  /** Resolves when a note came. */
  untilNote(note: string): Promise<void> {
    return this.until(`the event ${note}`, () => this.notes.includes(note));
  }

  /** Resolves with the first event. */
  async ready(): Promise<ReceivedEvent> {
    await this.until('the first event', () => this.events.length > 0);
    return this.events[0]!;
  }

  /** Resolves when the stream is over. */
  over(): Promise<void> {
    return this.wait('the end of the stream', () => this.closed);
  }

  /** Disconnects. */
  close(): void {
    this.answer.destroy();
  }

  private wait(what: string, holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        how();
      };
      const look = (): void => {
        try {
          if (holds()) settle(resolve);
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`Waited in vain: ${what}`))),
        PATIENCE_MS,
      );
      this.waiting.add(look);
      look();
    });
  }

  private look(): void {
    for (const look of this.waiting) look();
  }

  /** Parses as a browser does. Source: the WHATWG HTML standard, 9.2.6. */
  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.dispatch(block);
    this.look();
  }

  private dispatch(block: string): void {
    let event = 'message';
    let data: string | undefined;
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === '') this.comments.push(value);
      else if (field === 'id') this.lastEventId = value;
      else if (field === 'event') event = value;
      else if (field === 'data') data = data === undefined ? value : `${data}\n${value}`;
      else if (field === 'retry') this.retries.push(Number(value));
    }
    if (data === undefined) return;
    this.events.push({
      id: this.lastEventId ?? '',
      event,
      data: JSON.parse(data) as ReceivedEvent['data'],
    });
  }
}

/** Streams that a test opens, and closes together. */
export class OpenStreams {
  readonly all: EventStream[] = [];

  /** Opens one, and resolves when its first event came. */
  async open(api: ApiClient, options: StreamOptions = {}): Promise<EventStream> {
    const stream = await EventStream.open(api, options);
    this.all.push(stream);
    await stream.ready();
    return stream;
  }

  closeAll(): void {
    for (const stream of this.all.splice(0)) stream.close();
  }
}

function headersOf({ headers = {}, lastEventId }: StreamOptions): Record<string, string> {
  return {
    Accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    ...headers,
  };
}

/** Sends the request on a connection of its own, and resolves with the head of the answer. */
async function ask({ url, token }: ApiClient, options: StreamOptions): Promise<IncomingMessage> {
  const asked = request(`${url}${PATH}?${String(new URLSearchParams(options.query ?? {}))}`, {
    agent: false,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headersOf(options),
    },
  });
  asked.on('error', () => undefined);
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer;
}
