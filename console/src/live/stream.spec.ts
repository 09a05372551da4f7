import { type Frame } from './frames.js';
import { followStream, pauseBefore } from './stream.js';

/** An answer of the stream whose text comes at once, and which then ends. */
function answer(text: string): Response {
  return new Response(text, { headers: { 'Content-Type': 'text/event-stream' } });
}

/** Follows answers one after the other until none is left; an empty one breaks. */
async function follow(answers: readonly (Response | undefined)[]) {
  const asked: (string | undefined)[] = [];
  const frames: Frame[] = [];
  const states: boolean[] = [];
  const refused: number[] = [];
  let begun = 0;
  const end = new AbortController();
  const left = [...answers];
  await followStream(
    (after) => {
      asked.push(after);
      const next = left.shift();
      if (left.length === 0) end.abort();
      return next ? Promise.resolve(next) : Promise.reject(new TypeError('Failed to fetch'));
    },
    {
      isLive: (live) => states.push(live),
      frame: (frame) => frames.push(frame),
      begun: () => (begun += 1),
      refused: (status) => refused.push(status),
    },
    end.signal,
  );
  return { asked, frames, states, refused, begun: () => begun };
}

describe('the stream of the live feed', () => {
  // What a browser says about its network.
  const network = { addEventListener: () => undefined, removeEventListener: () => undefined };
  beforeAll(() => void Object.assign(globalThis, network));

  it('is read frame by frame', async () => {
    const text = 'retry: 1000\n\nid: 1\nevent: ready\ndata: {"id":"1"}\n\n: heartbeat\nid: 1\n\n';
    const { frames, asked } = await follow([answer(text)]);
    expect(asked).toEqual([undefined]);
    expect(frames).toEqual([{ id: '1', name: 'ready', data: '{"id":"1"}' }]);
  });

  it('says when it begins now, and not when it goes on after an event', async () => {
    const ready = (id: string) => answer(`id: ${id}\nevent: ready\ndata: {"id":"${id}"}\n\n`);
    jest.useFakeTimers();
    const following = follow([
      ready('1'),
      ready('1'),
      new Response('', { status: 400 }),
      ready('9'),
    ]);
    await jest.advanceTimersByTimeAsync(60_000);
    jest.useRealTimers();
    const { asked, begun } = await following;
    expect(asked).toEqual([undefined, '1', '1', undefined]);
    expect(begun()).toBe(2);
  });

  it.each([401, 403, 404])('is not asked for again after a %i', async (status) => {
    const { refused, asked, states } = await follow([new Response('', { status }), answer('')]);
    expect(refused).toEqual([status]);
    expect(asked).toHaveLength(1);
    expect(states).toEqual([]);
  });

  it('waits longer each time, and as long as the server asks for', () => {
    expect([0, 1, 2, 3, 9].map((failures) => pauseBefore(failures, null, 0))).toEqual([
      1000, 2000, 4000, 8000, 30_000,
    ]);
    expect(pauseBefore(1, null, 1)).toBe(1000);
    expect(pauseBefore(0, '20', 0.5)).toBe(20_000);
    expect(pauseBefore(0, 'soon', 0)).toBe(1000);
  });
});
