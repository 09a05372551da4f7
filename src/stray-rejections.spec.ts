import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { createLogger } from './common/logging/logger.js';
import { outliveStrayRejections } from './stray-rejections.js';

describe('a rejection that nobody awaited', () => {
  it.each([
    ['an error', new Error('password=s3same refused'), 'password=[redacted] refused'],
    ['no error', 'password=s3same refused', 'password=[redacted] refused'],
    ['nothing', undefined, 'undefined'],
    ['what has no text', Object.create(null) as unknown, '(no text)'],
  ])('is logged as fatal, without its secrets, when it is %s', (_, reason, message) => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const source = new EventEmitter();
    outliveStrayRejections(createLogger('info', sink), source);
    source.emit('unhandledRejection', reason, Promise.resolve());
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 'fatal', err: expect.objectContaining({ message }) }),
    ]);
    expect(lines.join()).not.toContain('s3same');
  });
});
