import { readFileSync } from 'node:fs';
import express from 'express';
import { LoginBody } from '../auth/auth.dto.js';
import { validateAs } from '../http/validation/validation.js';
import { E2E_KEYS, readEnv } from './env.js';
import { ConfigError } from './start-error.js';

describe('the settings', () => {
  it('have defaults for everything in development', () => {
    const env = readEnv({});
    expect(env).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      executeLimitPerMinute: 20,
      jwtExpiresIn: 28_800,
    });
    expect(env.databaseUrl).toBeUndefined();
  });

  it('count an empty value as unset', () => {
    expect(readEnv({ PORT: '', DATABASE_URL: ' ' })).toEqual(readEnv({}));
  });

  it.each(['prod', 'Production', 'staging'])('refuse the NODE_ENV %s in one sentence', (value) => {
    expect(() => readEnv({ NODE_ENV: value })).toThrow(
      /^NODE_ENV must be production, development or test; unset, it is development\.$/,
    );
  });

  it('leave a value alone that this kind of process does not use', () => {
    const service = 'tcp://10.0.0.1:80';
    expect(readEnv({ WORKER_PORT: service }, 'server').port).toBe(3000);
    expect(() => readEnv({ WORKER_PORT: service }, 'worker')).toThrow(
      /^WORKER_PORT must be a whole number .*Kubernetes/,
    );
    expect(readEnv({ PORT: service, TRUST_PROXY: '?' }, 'worker').workerPort).toBe(3001);
    expect(() => readEnv({ NODE_ENV: 'production', JOB_STALE_MS: 'x' }, 'command')).not.toThrow();
  });

  it('serve metrics only on a port of their own', () => {
    expect(readEnv({}).metricsPort).toBeUndefined();
    expect(readEnv({ METRICS_PORT: '9464' }).metricsPort).toBe(9464);
    expect(readEnv({ METRICS_PORT: '0', PORT: '0' }).metricsPort).toBe(0);
    expect(() => readEnv({ METRICS_PORT: '3000' })).toThrow(/^METRICS_PORT must not be PORT: /);
    expect(() => readEnv({ METRICS_PORT: '3001' }, 'worker')).toThrow(
      /^METRICS_PORT must not be WORKER_PORT: /,
    );
    expect(readEnv({ METRICS_PORT: '3000' }, 'worker').metricsPort).toBe(3000);
  });

  it('wait for the database in a server, and not in a command', () => {
    expect(readEnv({}, 'server').databaseWaitMs).toBe(60_000);
    expect(readEnv({}, 'command').databaseWaitMs).toBe(0);
  });

  it('keep the listener open for 5 s of a stop in production, unless they say otherwise', () => {
    const production = { NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32) };
    expect(readEnv(production).shutdownDelayMs).toBe(5000);
    expect(readEnv({}).shutdownDelayMs).toBe(0);
    expect(readEnv({ ...production, SHUTDOWN_DELAY_MS: '15000' }).shutdownDelayMs).toBe(15_000);
  });

  it('read the schedule of webhook tries as durations, and refuse any other text', () => {
    const schedule = (value?: string) =>
      readEnv({ WEBHOOK_RETRY_SCHEDULE: value }).webhooks.retryScheduleMs;
    expect(schedule()).toEqual([
      5000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000,
    ]);
    expect(schedule('20ms, 5s,5m,2h,7d')).toEqual([20, 5000, 300_000, 7_200_000, 604_800_000]);
    for (const wrong of ['5', '5s,', '5s;5m', '-5s', '8d', '1w', Array(21).fill('1s').join()]) {
      expect(() => schedule(wrong)).toThrow(/^WEBHOOK_RETRY_SCHEDULE must be 1 to 20 durations/);
    }
  });

  it('keep executions for ever or for at least 31 days', () => {
    const days = (value: string) => readEnv({ RETAIN_EXECUTIONS_DAYS: value }).retention.executions;
    expect(readEnv({}).retention).toEqual({
      events: 90,
      executions: 0,
      scores: 400,
      deliveries: 30,
    });
    expect([days('0'), days('31'), days('36500')]).toEqual([0, 31, 36_500]);
    for (const wrong of ['30', '1', '-1', '40.5', 'x', '36501']) {
      expect(() => days(wrong)).toThrow(
        /^RETAIN_EXECUTIONS_DAYS must be 0 \(for ever\) or a whole number from 31 to 36500\.$/,
      );
    }
  });

  it('listen on every address in production', () => {
    expect(readEnv({ NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32) }).host).toBe('0.0.0.0');
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '3000x'],
    ['DATABASE_URL', 'mysql://sesame@host/db'],
    ['DATABASE_DIRECT_URL', 'postgres://nba:sesame#@host/db'],
    ['DATABASE_REPLICA_URL', 'postgres://nba:sesame#@host/db'],
    ['SHUTDOWN_DELAY_MS', '15001'],
    ['JOB_DRAIN_MS', '20001'],
    ['JWT_SECRET', 'sesame'],
    ['JWT_EXPIRES_IN', 'sesame'],
    ['ADMIN_EMAIL', 'sesame'],
    ['ADMIN_EMAIL', 'sesame@localhost'],
    ['ADMIN_EMAIL', `sesame@${'example.'.repeat(31)}com`],
    ['ADMIN_PASSWORD', 'sesame'],
    ['BASE_PATH', 'sesame'],
    ['BASE_PATH', '/sesame/'],
    ['BASE_PATH', '/'],
    ['BASE_PATH', '/sesame?a'],
    ['BASE_PATH', '//sesame'],
    ['BASE_PATH', '/../sesame"'],
    ['READ_LIMIT_PER_MINUTE', '-1'],
    ['KEEP_ALIVE_TIMEOUT_MS', 'sesame'],
    ['MAX_CONNECTIONS', '0'],
    ['REQUEST_TIMEOUT_MS', '14999'],
    ['DEMO', 'sesame'],
    ['TRUST_PROXY', 'sesame!'],
    ['TRUST_PROXY', 'sesame'],
    ['TRUST_PROXY', 'loopback, sesame'],
    ['TRUST_PROXY', 'loopback,'],
    ['TRUST_PROXY', '10.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/'],
    ['TRUST_PROXY', '10.0.0/8'],
    ['TRUST_PROXY', '10.0.0.0/255.0.0.0'],
    ['TRUST_PROXY', 'fc00::/129'],
    ['TRUST_PROXY', 'fe80::1%eth0'],
    ['API_DOCS', 'sesame'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'desk.sesame.com'],
    ['CORS_ORIGINS', 'https://desk.example.com/sesame'],
    ['CORS_ORIGINS', 'https://desk.example.com,'],
    ['CORS_ORIGINS', 'https://user@sesame.com'],
    ['CORS_ORIGINS', 'https://desk.example.com:sesame'],
    ['DATABASE_POOL_SIZE', '1'],
    ['LOG_LEVEL', 'sesame'],
    ['JOB_CONCURRENCY', '0'],
    ['JOB_BACKOFF_MS', '1,sesame'],
    ['JOB_STALE_MS', '10000'],
    ['SCHEDULE_SCORE_COMPUTE', 'every sesame'],
    ['SCHEDULE_RISK_RUN_RULES', '*/5 * * *'],
    ['SCHEDULE_RISK_RUN_RULES', '99 * * * *'],
    ['SCHEDULE_NEXT_ACTIONS_RUN', '0 0 31 2 *'],
    ['SCHEDULE_NEXT_ACTIONS_RUN', '@daily'],
    ['SCHEDULE_TIME_ZONE', 'Mars/Sesame'],
    ['WEBHOOK_ENCRYPTION_KEY', 'sesame'],
    ['WEBHOOK_ENCRYPTION_KEY', `${'x'.repeat(32)},sesame`],
    ['WEBHOOK_ALLOW_PRIVATE_ADDRESSES', 'sesame'],
    ['WEBHOOK_ALLOW_PRIVATE_ADDRESSES', '10.0.0.0/33'],
    ['WEBHOOK_ALLOW_PRIVATE_ADDRESSES', '10.0.0/8'],
    ['WEBHOOK_ALLOW_PRIVATE_ADDRESSES', '10.0.0.0/8,'],
    ['WEBHOOK_ALLOW_PRIVATE_ADDRESSES', 'fd00::/129'],
    ['WEBHOOK_TIMEOUT_MS', '15001'],
  ])('refuse a bad %s, naming the key and never the value', (key, value) => {
    const read = () => readEnv({ [key]: value });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(new RegExp(`^${key} `));
    expect(read).not.toThrow(/sesame/);
  });

  it('take subnets for webhooks, and an address alone as a subnet of one', () => {
    const { webhooks } = readEnv({ WEBHOOK_ALLOW_PRIVATE_ADDRESSES: '10.0.0.0/8, ::1, 10.0.0.1' });
    expect(webhooks.allowPrivateAddresses).toEqual(['10.0.0.0/8', '::1/128', '10.0.0.1/32']);
  });

  it('retry a job after 30 s, 2 min and 10 min, and run no schedule', () => {
    const { jobs } = readEnv({});
    expect(jobs.backoffMs).toEqual([30_000, 120_000, 600_000]);
    expect(jobs.drainMs).toBe(20_000);
    expect(Object.values(jobs.schedules)).toEqual([undefined, undefined, undefined]);
    expect(readEnv({ JOB_BACKOFF_MS: '5, 10' }).jobs.backoffMs).toEqual([5, 10]);
    const cron = '*/15 8-18 * * MON-FRI';
    expect(readEnv({ SCHEDULE_NEXT_ACTIONS_RUN: cron }).jobs.schedules.nextActionsRun).toBe(cron);
  });

  it.each(['server', 'worker', 'command'] as const)(
    'refuse DATABASE_DIRECT_URL without DATABASE_URL in one sentence (%s)',
    (role) => {
      const direct = { DATABASE_DIRECT_URL: 'postgres://nba@host/db' };
      expect(() => readEnv(direct, role)).toThrow(ConfigError);
      expect(() => readEnv(direct, role)).toThrow(
        /^DATABASE_DIRECT_URL needs DATABASE_URL, [^.\n]*: set both, or neither\.$/,
      );
      const both = { ...direct, DATABASE_URL: 'postgres://nba@pooler/db' };
      expect(readEnv(both, role).databaseDirectUrl).toBe(direct.DATABASE_DIRECT_URL);
    },
  );

  it('refuse DATABASE_REPLICA_URL without DATABASE_URL, in one sentence', () => {
    const replica = { DATABASE_REPLICA_URL: 'postgres://nba@replica/db' };
    expect(() => readEnv(replica)).toThrow(
      /^DATABASE_REPLICA_URL needs DATABASE_URL, [^.\n]*: set both, or neither\.$/,
    );
    const both = { ...replica, DATABASE_URL: 'postgres://nba@primary/db' };
    expect(readEnv(both).databaseReplicaUrl).toBe(replica.DATABASE_REPLICA_URL);
    expect(readEnv({}).databaseReplicaUrl).toBeUndefined();
  });

  it('require a secret in production', () => {
    expect(() => readEnv({ NODE_ENV: 'production' })).toThrow(
      /^JWT_SECRET must be set in production/,
    );
  });

  it.each([
    ['90', 90],
    ['15m', 900],
    ['8h', 28_800],
    ['7d', 604_800],
  ])('read the duration %s as %i seconds', (text, seconds) => {
    expect(readEnv({ JWT_EXPIRES_IN: text }).jwtExpiresIn).toBe(seconds);
  });

  it.each([
    ['off', false],
    ['true', true],
    ['2', 2],
    ['loopback, 10.0.0.0/8', 'loopback, 10.0.0.0/8'],
    ['linklocal,uniquelocal , 192.0.2.1', 'linklocal,uniquelocal , 192.0.2.1'],
    ['2001:db8::/32,::1/128,::ffff:10.0.0.0/104', '2001:db8::/32,::1/128,::ffff:10.0.0.0/104'],
  ])('read TRUST_PROXY=%s, which Express takes', (text, value) => {
    const { trustProxy } = readEnv({ TRUST_PROXY: text });
    expect(trustProxy).toBe(value);
    expect(() => express().set('trust proxy', trustProxy)).not.toThrow();
  });

  it.each([
    ['', []],
    ['https://desk.example.com', ['https://desk.example.com']],
    [
      'http://localhost:5173/ , https://Desk.Example.com:443',
      ['http://localhost:5173', 'https://desk.example.com'],
    ],
  ])('read CORS_ORIGINS=%s as a browser writes them', (text, origins) => {
    expect(readEnv({ CORS_ORIGINS: text }).corsOrigins).toEqual(origins);
  });

  it.each(['operator@example.com', 'a@b.co', `${'x'.repeat(64)}@${'d'.repeat(63)}.example`])(
    'take the ADMIN_EMAIL %s, and so does a login',
    (email) => {
      expect(readEnv({ ADMIN_EMAIL: email }).adminEmail).toBe(email);
      expect(() => validateAs(LoginBody, { email, password: 'x' }, 'body')).not.toThrow();
    },
  );

  it('are all documented in .env.example, and no others are', () => {
    const documented = [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z0-9_]+)=/gm)].map(
      (match) => match[1],
    );
    const source = readFileSync('src/config/env.ts', 'utf8');
    const read = [...source.matchAll(/read\.\w+\(\s*'([A-Z0-9_]+)'/g)].map((match) => match[1]);
    expect(documented.sort()).toEqual([...new Set([...read, ...E2E_KEYS])].sort());
  });
});
