import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { VERSION } from '../kernel/version.js';

/** Sums of labelled ones beside them; their names are those of counters, which they are not. */
const LEFT_OUT = /^nodejs_active_\w+_total$/;

let defaults: Registry | undefined;

/**
 * Adds what prom-client knows of the process: CPU, memory, garbage collection, delay of the event loop. Those
 * are of the process and observe it until it ends, so there is one of each, however many applications it has.
 */
export function addProcessMetrics(registry: Registry): void {
  if (!defaults) {
    defaults = new Registry();
    collectDefaultMetrics({ register: defaults });
  }
  for (const { name } of defaults.getMetricsAsArray()) {
    const metric = defaults.getSingleMetric(name);
    if (metric && !LEFT_OUT.test(name)) registry.registerMetric(metric);
  }
}

/** Adds which build runs. */
export function addBuildInfo(registry: Registry, revision = ''): void {
  new Gauge({
    name: 'nba_build_info',
    help: 'Always 1: version of the application, of Node.js, and what was built (REVISION).',
    labelNames: ['version', 'node', 'revision'],
    registers: [registry],
  }).set({ version: VERSION, node: process.versions.node, revision }, 1);
}
