import * as cnpg from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { readFileSync } from 'node:fs';
import { lastOf, readDockerfile } from '../../scripts/image/dockerfile.js';
import { DOCUMENTED_SETTINGS } from '../support/documented-settings.js';
import { type Labels, type Manifest, MANIFESTS, objectOf, ofKind, readYaml } from './manifests.js';
import { typeErrorsOf } from './manifest-types.js';

type Model = new (data: never) => { validate(): void };
const MODELS = {
  v1: core,
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'batch/v1': batch,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  'postgresql.cnpg.io/v1': cnpg,
} as unknown as Record<string, Record<string, Model>>;

const deployments = ofKind('Deployment');
const withPods = [...deployments, ...ofKind('Job')];
const containerOf = ({ spec }: Manifest): any => spec.template.spec.containers[0];
const named = (manifest: Manifest): string => `${manifest.kind} ${manifest.metadata.name ?? ''}`;
const runtime = readDockerfile(readFileSync('Dockerfile', 'utf8')).at(-1)!;
const config = ofKind('ConfigMap')[0]!;

/** Whether pods with these labels are selected. */
function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

const podLabels = deployments.map(({ spec }) => spec.template.metadata.labels as Labels);

describe('the manifests for Kubernetes', () => {
  it.each(MANIFESTS.map((manifest) => [named(manifest), manifest] as const))(
    '%s is valid by its JSON schema',
    (_, manifest) => {
      const model = MODELS[manifest.apiVersion]?.[manifest.kind];
      expect(model).toBeDefined();
      expect(() => new model!(objectOf(manifest) as never).validate()).not.toThrow();
    },
  );

  it('have no field that their types do not know', () => {
    const [first] = deployments;
    const mistaken = { ...first!, spec: { ...first!.spec, revisionHistoryLimits: 5 } };
    const errors = typeErrorsOf([...MANIFESTS, mistaken]);
    expect(errors).toEqual([
      expect.stringMatching(/^server\.yaml Deployment: .*revisionHistoryLimits/),
    ]);
  }, 60_000);

  it('are all applied but the secret, which has placeholders, and the job', () => {
    const applied = readYaml('kustomization.yaml').resources as string[];
    const files = [...new Set(MANIFESTS.map(({ file }) => file))].sort();
    expect([...applied, 'migrate.job.yaml', 'secret.example.yaml'].sort()).toEqual(files);
  });

  it('run the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const [{ name, newName, newTag }] = readYaml('kustomization.yaml').images;
    expect(newTag).toBe(version);
    expect(deployments.map((manifest) => containerOf(manifest).image)).toEqual([name, name]);
    expect(containerOf(ofKind('Job')[0]!).image).toBe(`${newName}:${newTag}`);
  });

  it.each(deployments.map((manifest) => [named(manifest), manifest] as const))(
    '%s selects its own pods, and replaces them one by one without a gap',
    (_, { spec }) => {
      expect(selects(spec.selector.matchLabels, spec.template.metadata.labels)).toBe(true);
      expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(25);
    },
  );

  it.each(withPods.map((manifest) => [named(manifest), manifest] as const))(
    '%s runs restricted: as the user of the image, on a read-only root, without a token',
    (_, manifest) => {
      const pod = manifest.spec.template.spec;
      const [uid, gid] = lastOf(runtime, 'USER')!.text.split(':').map(Number);
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: uid, runAsGroup: gid },
      });
      expect(pod.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
      expect(containerOf(manifest).securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(containerOf(manifest).resources.limits.memory).toBeDefined();
      expect(containerOf(manifest).resources.requests).toMatchObject({ cpu: expect.any(String) });
    },
  );

  it.each(deployments.map((manifest) => [named(manifest), manifest] as const))(
    '%s is probed on a route of the application, at a port that it names',
    (_, manifest) => {
      const { startupProbe, livenessProbe, readinessProbe, ports } = containerOf(manifest);
      const routes = readFileSync('src/health/health.controller.ts', 'utf8');
      const names = ports.map(({ name }: { name: string }) => name);
      for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
        expect(routes).toContain(`@Get('${httpGet.path.replace('/health/', '')}')`);
        expect(names).toContain(httpGet.port);
      }
      // An outage of the database must restart no pod.
      expect(livenessProbe.httpGet.path).toBe('/health/live');
      expect(readinessProbe.httpGet.path).toBe('/health/ready');
      // As long as a start waits for another one that migrates.
      expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThan(600);
    },
  );

  it('listens where the ports and the config map say', () => {
    const portsOf = (manifest: Manifest): [string, number][] =>
      containerOf(manifest).ports.map((port: { name: string; containerPort: number }) => [
        port.name,
        port.containerPort,
      ]);
    const { PORT, WORKER_PORT, METRICS_PORT } = config.data!;
    const [server, worker] = deployments;
    expect(portsOf(server!)).toEqual([
      ['http', Number(PORT)],
      ['metrics', Number(METRICS_PORT)],
    ]);
    expect(portsOf(worker!)).toEqual([
      ['health', Number(WORKER_PORT)],
      ['metrics', Number(METRICS_PORT)],
    ]);
  });

  it('is ready to be taken out at least twice within SHUTDOWN_DELAY_MS', () => {
    const { periodSeconds, failureThreshold } = containerOf(deployments[0]!).readinessProbe;
    expect(2 * periodSeconds * failureThreshold * 1000).toBeLessThan(
      Number(config.data!.SHUTDOWN_DELAY_MS),
    );
  });

  it('reads settings that exist, and secrets from secrets alone', () => {
    const inEnv = withPods.flatMap((manifest) => containerOf(manifest).env ?? []);
    const secret = ofKind('Secret')[0]!.stringData!;
    const keys = [
      ...inEnv.map(({ name }: { name: string }) => name),
      ...Object.keys(config.data!),
      ...Object.keys(secret),
    ];
    expect(keys.filter((key) => !DOCUMENTED_SETTINGS.has(key))).toEqual([]);
    const plain = [
      ...Object.keys(config.data!),
      ...inEnv.filter(({ value }) => value !== undefined).map(({ name }) => name as string),
    ];
    expect(plain.filter((key) => /SECRET|PASSWORD|_KEY|DATABASE_.*URL/.test(key))).toEqual([]);
  });

  it('starts entries that the build makes', () => {
    for (const manifest of deployments) {
      const [entry] = containerOf(manifest).args as string[];
      const source = entry!.replace(/^dist\//, '').replace(/js$/, 'ts');
      expect(readFileSync(source, 'utf8')).toContain('runProcess');
    }
  });

  it('gives the service, the budgets and the policies pods to select', () => {
    const selectors = [
      ...ofKind('Service').map(({ spec }) => spec.selector as Labels),
      ...ofKind('PodDisruptionBudget').map(({ spec }) => spec.selector.matchLabels as Labels),
    ];
    for (const selector of selectors) {
      expect(podLabels.filter((labels) => selects(selector, labels))).toHaveLength(1);
    }
    const database = { 'cnpg.io/cluster': ofKind('Cluster')[0]!.metadata.name! };
    for (const { spec } of ofKind('NetworkPolicy')) {
      const { matchLabels } = spec.podSelector;
      const found = [...podLabels, database].some((labels) => selects(matchLabels, labels));
      expect(found).toBe(true);
    }
  });

  it('routes the ingress to a port of the service, and that to a port of the pods', () => {
    const [service] = ofKind('Service');
    const [{ http }] = ofKind('Ingress')[0]!.spec.rules;
    const backend = http.paths[0].backend.service;
    expect(backend.name).toBe(service!.metadata.name);
    const port = service!.spec.ports.find(
      (candidate: { name: string }) => candidate.name === backend.port.name,
    );
    const names = containerOf(deployments[0]!).ports.map(({ name }: { name: string }) => name);
    expect(names).toContain(port.targetPort);
  });

  it('scales the server by the metric that the adapter makes of nba_presses_total', () => {
    const [{ spec }] = ofKind('HorizontalPodAutoscaler') as [Manifest];
    expect(spec.scaleTargetRef.name).toBe(deployments[0]!.metadata.name);
    expect(deployments[0]!.spec.replicas).toBeUndefined();
    const [rule] = readYaml('prometheus-adapter.values.yaml').rules.custom;
    const name = 'nba_presses_total'.replace(
      new RegExp(rule.name.matches as string),
      (rule.name.as as string).replace('${1}', '$1'),
    );
    expect(rule.seriesQuery).toContain('nba_presses_total{');
    expect(spec.metrics[0].pods.metric.name).toBe(name);
  });

  it('has connections for every pod that may run at once', () => {
    const [cluster] = ofKind('Cluster');
    const [{ spec }] = ofKind('HorizontalPodAutoscaler') as [Manifest];
    const pods = Number(spec.maxReplicas) + Number(deployments[1]!.spec.replicas) + 2;
    const wanted = pods * (Number(config.data!.DATABASE_POOL_SIZE) + 2) + 20;
    expect(Number(cluster!.spec.postgresql.parameters.max_connections)).toBeGreaterThan(wanted);
  });

  it('takes the address of the database from the secret that the operator makes', () => {
    const [cluster] = ofKind('Cluster');
    for (const manifest of withPods) {
      const setting = containerOf(manifest).env.find(
        ({ name }: { name: string }) => name === 'DATABASE_URL',
      );
      expect(setting.valueFrom.secretKeyRef).toEqual({
        name: `${cluster!.metadata.name!}-app`,
        key: 'uri',
      });
    }
    expect(cluster!.spec).toMatchObject({
      instances: 3,
      postgresql: { synchronous: { method: 'any', number: 1 } },
    });
  });
});
