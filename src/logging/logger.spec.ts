import { createLogger, type LogLevel, PinoLoggerService } from './logger.js';

/** A logger and what it has written: to a terminal, or to anything else. */
function captured({ isTTY = false, level = 'debug' }: { isTTY?: boolean; level?: LogLevel } = {}) {
  const written: string[] = [];
  const logger = createLogger(level, { isTTY, write: (text) => void written.push(text) });
  return {
    logger,
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    // eslint-disable-next-line no-control-regex -- the colours of a terminal
    shown: () => written.join('').replace(/\u001b\[\d+m/g, ''),
  };
}

const secret = new Error('password=s3same refused');

describe('the log as JSON', () => {
  it('is a line of time, level, message and fields', () => {
    const { logger, lines } = captured();
    logger.info({ requestId: 'r-1' }, 'request answered');
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/),
        requestId: 'r-1',
        msg: 'request answered',
      },
    ]);
  });

  it.each<[string, (log: ReturnType<typeof createLogger>) => void]>([
    ['a message', (log) => log.info('password=s3same')],
    ['a message of parts', (log) => log.info('password=%s', 's3same')],
    ['an object in a message', (log) => log.info('got %j', { password: 's3same' })],
    ['an error in a message', (log) => log.info('failed: %s', secret)],
    ['an error alone', (log) => log.error(secret)],
    ['an error without a message', (log) => log.error({ err: secret })],
    ['an error with one', (log) => log.error({ err: secret }, 'failed')],
    ['a field', (log) => log.info({ password: 's3same' }, 'failed')],
    ['a message among the fields', (log) => log.info({ msg: 'password=s3same' })],
    ['what a child is bound to', (log) => log.child({ password: 's3same' }).info('failed')],
    ['headers', (log) => log.info({ headers: { cookie: 's3same', 'x-api-key': 's3same' } }, 'x')],
  ])('holds no secret of %s', (_, write) => {
    const { logger, lines } = captured();
    write(logger);
    expect(lines()).toHaveLength(1);
    expect(JSON.stringify(lines())).not.toContain('s3same');
    expect(JSON.stringify(lines())).toContain('[redacted]');
  });

  it('takes the message of an error where it has no other', () => {
    const { logger, lines } = captured();
    logger.error(new Error('gone'));
    logger.error({ err: new Error('gone, too') });
    expect(lines()).toEqual([
      expect.objectContaining({ msg: 'gone', err: expect.objectContaining({ message: 'gone' }) }),
      expect.objectContaining({ msg: 'gone, too' }),
    ]);
  });

  it('leaves what Nest says at its start to the level debug', () => {
    const { logger, lines } = captured({ level: 'info' });
    const nest = new PinoLoggerService(logger);
    nest.log('Starting Nest application...', 'NestFactory');
    nest.log('Nest application successfully started', 'NestApplication');
    nest.log('AppModule dependencies initialized', 'InstanceLoader');
    nest.log('Mapped {/api/jobs, GET} route', 'RouterExplorer');
    nest.log('of a provider', 'MailService');
    nest.error(secret, 'MailService');
    expect(lines()).toEqual([
      expect.objectContaining({ msg: 'of a provider', context: 'MailService' }),
      expect.objectContaining({ level: 'error', msg: 'password=[redacted] refused' }),
    ]);
  });
});

describe('the log through the Logger of Nest', () => {
  it('keeps the fields that come with a message', () => {
    const { logger, lines } = captured();
    const err = new Error('password=s3same refused');
    new PinoLoggerService(logger).warn({ msg: 'not counted', limit: 'run', err }, 'MailService');
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'warn',
        context: 'MailService',
        msg: 'not counted',
        limit: 'run',
        err: expect.objectContaining({ message: 'password=[redacted] refused' }),
      }),
    ]);
  });
});

describe('the log in a terminal', () => {
  const line = (fields: object, message: string, level: 'info' | 'warn' | 'error' = 'info') => {
    const { logger, shown } = captured({ isTTY: true });
    logger[level](fields, message);
    return shown().replace(/^\[\d\d:\d\d:\d\d\] /, '');
  };
  const request = {
    requestId: 'r-1',
    durationMs: 12,
    method: 'POST',
    path: '/api/next-actions/run',
    route: '/api/next-actions/run',
    status: 200,
    userId: 'u-1',
  };

  it('shows a request as method, path, status and time', () => {
    expect(line(request, 'request answered')).toBe('INFO: POST /api/next-actions/run 200 12 ms\n');
  });

  it('shows why a request was refused', () => {
    const refused = { ...request, status: 409, code: 'NEXT_ACTION_NOT_OPEN' };
    expect(line(refused, 'request refused')).toBe(
      'INFO: POST /api/next-actions/run 409 12 ms NEXT_ACTION_NOT_OPEN\n',
    );
  });

  it('shows a request whose client disconnected', () => {
    const aborted = { ...request, status: undefined, aborted: true };
    expect(line(aborted, 'request aborted')).toBe(
      'INFO: POST /api/next-actions/run aborted 12 ms\n',
    );
  });

  it('shows what failed in one line, with one stack below', () => {
    const cause = new TypeError('no relay', { cause: new Error('refused') });
    const failed = { ...request, status: 500, code: 'ACTION_FAILED', executionId: 'e', err: cause };
    const [first, ...stack] = line(failed, 'request failed', 'error').trimEnd().split('\n');
    expect(first).toBe(
      'ERROR: POST /api/next-actions/run 500 12 ms ACTION_FAILED — TypeError: no relay (caused by: refused) requestId=r-1 userId=u-1 executionId=e',
    );
    expect(stack.length).toBeGreaterThan(1);
    for (const frame of stack) expect(frame).toMatch(/^ {4}at /);
  });

  it('shows no stack below the level error', () => {
    expect(line({ err: new Error('refused'), limit: 'execute' }, 'not counted', 'warn')).toBe(
      'WARN: not counted — refused limit=execute\n',
    );
  });

  it('shows an event by its key, its scope and what it is about', () => {
    const event = {
      eventId: 'e-1',
      userId: 'u-1',
      requestId: 'r-1',
      eventKey: 'nba.run',
      status: 'success',
      sourceType: 'scope',
      sourceId: null,
      scope: { entityType: 'account', entityId: 'acme' },
      meta: { entityType: 'account', entityId: 'acme', created: 2, explanation: { a: 1 } },
      at: new Date(0),
    };
    expect(line(event, 'nba.run')).toBe('INFO: nba.run account/acme created=2\n');
  });

  it('is always one short line', () => {
    const shown = line(
      {
        object: { a: { b: 'c' } },
        list: ['a', 'b'],
        long: 'word '.repeat(200),
        none: null,
        injected: 'a\n[10:00:00] INFO: not so\u001b[2J\u2028\u202e',
      },
      'a message\r\nof two lines',
    );
    expect(shown.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(shown).toContain('a message\\r\\nof two lines object={"a":{"b":"c"}} list=["a","b"]');
    expect(shown).not.toContain('none');
    expect(shown.length).toBeLessThan(420);
  });

  it('holds no secret', () => {
    expect(line({ err: secret, password: 's3same' }, 'password=s3same', 'error')).not.toContain(
      's3same',
    );
  });
});
