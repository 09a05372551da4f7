import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  clusterStateOf,
  leaderOf,
  missingIn,
  synchronousOf,
} from '../bench/patroni/cluster-state.js';
import { missing } from '../bench/patroni/missing.js';
import { fill, placesOf, settingsIn, TEMPLATES } from '../bench/patroni/template.js';
import { faultsOf, lineOf, type Outcome, tableOf } from '../bench/patroni/verdict.js';
import { WriteGaps } from '../bench/patroni/write-gaps.js';

const templates = readdirSync(TEMPLATES).filter((name) => name !== 'README.md');
const template = (name: string): string => readFileSync(join(TEMPLATES, name), 'utf8');

describe('a template of the cluster', () => {
  it('gets a value for each of its places', () => {
    const values = { NAME: 'node1', PORT: '5432' };
    expect(fill('name: ${NAME}\nport: ${PORT} # ${NAME}', values)).toBe(
      'name: node1\nport: 5432 # node1',
    );
  });

  it('is refused without a value, or with a place that envsubst would empty', () => {
    expect(() => fill('name: ${NAME}', {})).toThrow('There is no value for ${NAME}.');
    expect(() => fill('name: $NAME', { NAME: 'node1' })).toThrow('$NAME is no place');
    expect(() => fill('name: ${name}', { name: 'node1' })).toThrow('${name} is no place');
  });

  it('takes a value as it is', () => {
    expect(fill('password: ${PASSWORD}', { PASSWORD: '$& ${PASSWORD}' })).toBe(
      'password: $& ${PASSWORD}',
    );
  });

  it.each(templates)('%s has places that the README explains', (name) => {
    const readme = readFileSync(join(TEMPLATES, 'README.md'), 'utf8');
    expect(readme).toContain(`\`${name}\``);
    const places = placesOf(template(name));
    expect(places.length).toBeGreaterThan(0);
    expect(places.filter((place) => !readme.includes(`\`${place}\``))).toEqual([]);
    const values = Object.fromEntries(places.map((place) => [place, 'filled']));
    expect(placesOf(fill(template(name), values))).toEqual([]);
  });

  it('of the application sets what it needs behind PgBouncer', () => {
    const text = template('application.env');
    const values = Object.fromEntries(placesOf(text).map((place) => [place, place.toLowerCase()]));
    expect(settingsIn(fill(text, values))).toEqual({
      DATABASE_URL: 'postgres://nba:application_password@pgbouncer_host:pgbouncer_port/nba',
      DATABASE_PREPARED_STATEMENTS: 'false',
      DATABASE_DIRECT_URL: 'postgres://nba:application_password@primary_host:primary_port/nba',
    });
  });

  it('of Patroni leaves time for two tries within the lease of the primary', () => {
    const setting = (name: string): number =>
      Number(new RegExp(`^ +${name}: (\\d+)$`, 'm').exec(template('patroni.yml'))?.[1]);
    expect(setting('loop_wait') + 2 * setting('retry_timeout')).toBeLessThanOrEqual(setting('ttl'));
    expect(template('patroni.yml')).toMatch(/^ +synchronous_mode: true$/m);
  });
});

describe('the state of the cluster', () => {
  const member = (name: string, role: string, values: object = {}) => ({
    name,
    role,
    state: 'running',
    timeline: 3,
    ...values,
  });
  const whole = {
    members: [
      member('node1', 'leader'),
      member('node2', 'sync_standby'),
      member('node3', 'replica', { state: 'streaming' }),
    ],
  };

  it('is read from the answer of Patroni', () => {
    const state = clusterStateOf(whole);
    expect(leaderOf(state)).toBe('node1');
    expect(synchronousOf(state)).toBe('node2');
    expect(missingIn(state, 3)).toBeUndefined();
  });

  it.each([
    ['there is no primary', [member('node1', 'leader', { state: 'stopped' })]],
    ['there is no primary', [member('node1', 'replica')]],
    ['no standby is synchronous', [member('node1', 'leader'), member('node2', 'replica')]],
    ['2 of 3 nodes run', [member('node1', 'leader'), member('node2', 'sync_standby')]],
    [
      'a node is on another timeline',
      [...whole.members.slice(0, 2), member('node3', 'replica', { timeline: 2 })],
    ],
    [
      'a node is on another timeline',
      [...whole.members.slice(0, 2), member('node3', 'replica', { timeline: undefined })],
    ],
  ])('is not whole: %s', (reason, members) => {
    expect(missingIn(clusterStateOf({ members }), 3)).toBe(reason);
  });

  it('has no primary where the answer is none', () => {
    for (const answer of [undefined, null, 'down', {}, { members: 'none' }]) {
      expect(missingIn(clusterStateOf(answer), 3)).toBe('there is no primary');
    }
  });
});

describe('the time without writes', () => {
  it('is the longest gap between answers, from the beginning to now', () => {
    const gaps = new WriteGaps();
    gaps.begin(1000);
    for (const at of [1500, 1600, 4600]) gaps.pressed(at);
    expect(gaps.longest(5000)).toBe(3000);
    expect(gaps.count).toBe(3);
    expect(gaps.longest(9000)).toBe(4400);
    gaps.begin(9000);
    expect(gaps.longest(9100)).toBe(100);
    expect(gaps.count).toBe(0);
  });
});

describe('the verdict', () => {
  const clean: Outcome = {
    what: 'a switchover',
    answered: 1234,
    lost: 0,
    doubled: 0,
    withoutEvent: 0,
    other: 0,
    withoutWritesMs: 4321,
    limitMs: 10_000,
    faults: [],
  };

  it('is clean where nothing is lost and writes came back in time', () => {
    expect(faultsOf(clean)).toEqual([]);
    expect(lineOf(clean)).toMatch(/^ok .* answered 1234, lost 0, .* 4\.3 s without writes$/);
  });

  it.each([
    [{ lost: 1 }, 'a switchover: lost: 1.'],
    [{ doubled: 2 }, 'a switchover: doubled: 2.'],
    [{ withoutEvent: 3 }, 'a switchover: without event: 3.'],
    [{ other: 4 }, 'a switchover: other answers: 4.'],
    [
      { withoutWritesMs: 10_001 },
      'a switchover: no press was answered for 10.0 s, at most 10.0 s.',
    ],
    [{ faults: ['A press was never answered.'] }, 'A press was never answered.'],
  ])('is a fault with %j', (values, fault) => {
    expect(faultsOf({ ...clean, ...values })).toEqual([fault]);
    expect(lineOf({ ...clean, ...values })).toMatch(/^FAULT /);
  });

  it('is a row of a table', () => {
    expect(tableOf([clean]).split('\n')[2]).toBe(
      '| a switchover | 1,234 | 0 | 0 | 0 | 0 | **4.3 s** | 10 s |',
    );
  });
});

describe('a machine without the programs', () => {
  it('is told in a sentence each what to install', () => {
    expect(missing((program) => program === 'etcd', [], 'linux')).toEqual([
      'No PostgreSQL is installed: apt-get install postgresql, then disable its service.',
      'patroni is not installed: apt-get install patroni, then disable the service that it starts.',
      'haproxy is not installed: apt-get install haproxy, then disable the service that it starts.',
      'pgbouncer is not installed: apt-get install pgbouncer, then disable the service that it starts.',
    ]);
    expect(missing(() => true, ['15'], 'linux')).toEqual([]);
    expect(missing(() => true, ['15'], 'darwin')).toEqual([
      'The drill needs Linux: it finds processes in /proc.',
    ]);
  });
});
