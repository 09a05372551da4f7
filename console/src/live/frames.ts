import { EventSourceParserStream } from 'eventsource-parser/stream';

/** One event of the feed, with the id at which a stream goes on after it. */
export interface Frame {
  readonly id: string;
  /** `ready`, `reset`, or the key of an event. */
  readonly name: string;
  readonly data: string;
}

/** What tells apart a stream that is quiet from a connection that is dead, in ms; a heartbeat comes every 15 s. */
const SILENCE_MS = 45_000;

/** The frames of an answer, until it ends. Throws where the connection breaks, or says nothing for too long. */
export async function readFrames(
  body: ReadableStream<Uint8Array>,
  onFrame: (frame: Frame) => void,
): Promise<void> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      heard();
      controller.enqueue(chunk);
    },
  });
  heard();
  try {
    const frames = body
      .pipeThrough(watched, { signal: silence.signal })
      // The types of both streams disagree about shared buffers.
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .pipeThrough(new EventSourceParserStream());
    const reader = frames.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      onFrame({ id: value.id ?? '', name: value.event ?? '', data: value.data });
    }
  } finally {
    clearTimeout(timer);
  }
}
