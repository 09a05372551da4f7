import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { createLogger } from '../logging/logger.js';
import { endOnUncaughtException, logUnhandledRejections } from './unhandled-rejections.js';

describe('an unhandled rejection', () => {
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
    logUnhandledRejections(createLogger('info', sink), source);
    source.emit('unhandledRejection', reason, Promise.resolve());
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 'fatal', err: expect.objectContaining({ message }) }),
    ]);
    expect(lines.join()).not.toContain('s3same');
  });
});

describe('an uncaught exception', () => {
  it.each([
    ['an error', new Error('password=s3same refused'), 'password=[redacted] refused'],
    ['no error', 'password=s3same refused', 'password=[redacted] refused'],
  ])('ends the process and is logged without its secrets, when it is %s', (_, thrown, message) => {
    const lines: string[] = [];
    const ends: string[] = [];
    const source = new EventEmitter();
    const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
    endOnUncaughtException(logger, source, (text) => ends.push(text));
    source.emit('uncaughtException', thrown);
    expect(ends).toEqual(['']);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 'fatal', err: expect.objectContaining({ message }) }),
    ]);
  });

  it('is printed on standard error, redacted, if the log level is silent', () => {
    const ends: string[] = [];
    const source = new EventEmitter();
    const logger = createLogger('silent', { write: () => undefined });
    endOnUncaughtException(logger, source, (text) => ends.push(text));
    source.emit('uncaughtException', new Error('password=s3same refused'));
    expect(ends).toEqual([expect.stringMatching(/^Error: password=\[redacted\] refused\n {4}at /)]);
  });
});
