import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Metric } from 'prom-client';
import { parse, stringify } from 'yaml';
import { Metrics } from '../src/metrics/metrics.js';
import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { WITH_METRICS } from './support/metrics.js';

const PAGE = 'docs/operations.md';
const RULES = 'docs/operations/alerts.yml';
const DASHBOARD = 'docs/operations/grafana-dashboard.json';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const page = readFileSync(PAGE, 'utf8');
const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
  readonly panels: { readonly targets?: { readonly expr: string }[] }[];
  readonly templating: { readonly list: { readonly name: string; readonly type: string }[] };
};
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Those of prom-client have no prefix of ours. */
const namesIn = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:nba|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name);
/** A histogram is asked for by its buckets, its sum and its count. */
const metricOf = (name: string): string => name.replace(/_(?:bucket|sum|count)$/, '');

/** The table of {@link PAGE}: a row for each metric of our own. */
const ROW = /^\| `nba_\w+` .*\|\n/gm;
const plain = (row: string): string => row.replace(/ +/g, ' ').trim();

describe('the documents about metrics', () => {
  let app: TestApp;
  let exported: ReadonlyMap<string, Metric>;
  beforeAll(async () => {
    app = await createTestApp({ env: WITH_METRICS });
    const { registry } = app.get(Metrics);
    exported = new Map(
      registry.getMetricsAsArray().map(({ name }) => [name, registry.getSingleMetric(name)!]),
    );
  });
  afterAll(() => app.close());

  it('have a row for each metric, with its labels (npm run docs:metrics writes them)', () => {
    const rows = [...exported]
      .filter(([name]) => name.startsWith('nba_'))
      .map(([name, metric]) => {
        const { type, help, labelNames } = metric as unknown as Record<'type' | 'help', string> & {
          readonly labelNames: string[];
        };
        const labels = labelNames.map((label) => `\`${label}\``).join(', ') || '–';
        return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
      });
    if (process.env.WRITE_METRICS_TABLE === 'true') {
      const table = /(\| metric +\| type .*\n\|[ -|]+\n)(?:\| `nba_.*\n)*/;
      writeFileSync(
        PAGE,
        page.replace(table, (_, head: string) => `${head}${rows.join('\n')}\n`),
      );
      return;
    }
    expect((page.match(ROW) ?? []).map(plain).sort()).toEqual(rows.map(plain).sort());
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))('have the alert %s', (alert, rule) => {
    const names = namesIn(rule.expr);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !exported.has(metricOf(name)))).toEqual([]);
    expect(rule.for).toMatch(/^\d+m$/);
    expect(['critical', 'warning']).toContain(rule.labels.severity);
    expect(rule.annotations.summary).toMatch(/\.$/);
    expect(page).toContain(`\n| \`${alert}\` `);
    const [, anchor] = /^docs\/operations\.md#([a-z0-9-]+)$/.exec(rule.annotations.runbook) ?? [];
    const anchors = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(anchors).toContain(anchor);
  });

  it('list no alert that is none', () => {
    const listed = [...page.matchAll(/^\| `(Nba\w+)` /gm)].map(([, alert]) => alert);
    expect(listed.sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });

  it('have a dashboard of metrics that there are, and of all of our own', () => {
    const names = expressions.flatMap(namesIn);
    expect(names.filter((name) => !exported.has(metricOf(name)))).toEqual([]);
    const shown = new Set(names.map(metricOf));
    expect(
      [...exported.keys()].filter((name) => name.startsWith('nba_') && !shown.has(name)),
    ).toEqual([]);
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource' }),
    );
    const sources = [...JSON.stringify(dashboard).matchAll(/"uid":"([^"]+)"/g)].map(
      ([, uid]) => uid,
    );
    expect(new Set(sources)).toEqual(new Set(['${datasource}', 'next-best-actions']));
  });

  describePromtool((promtool) => {
    it('have rules and expressions that it accepts', () => {
      expect(promtool(['check', 'rules', RULES])).toMatchObject({ status: 0 });
      const panels = expressions.map((expr, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m'),
      }));
      const folder = mkdtempSync(join(tmpdir(), 'nba-dashboard-'));
      const file = join(folder, 'rules.yml');
      writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: panels }] }));
      const checked = promtool(['check', 'rules', file]);
      rmSync(folder, { recursive: true });
      expect(checked).toMatchObject({ status: 0 });
    });

    it('say of an application what it accepts', async () => {
      const { id } = await createNextAction(app.api);
      await app.api.press(id, 'mark_done').expect(200);
      const text = await app.get(Metrics).text();
      expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, output: '' });
    });
  });
});

/** Runs promtool, of the package `prometheus`. Without it, the suite is skipped, and says so. */
function describePromtool(
  suite: (
    run: (args: string[], input?: string) => { status: number | null; output: string },
  ) => void,
): void {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'promtool'))
    .find((file) => existsSync(file));
  if (found === undefined) {
    process.stderr.write(
      '\n*** SKIPPED: "the documents about metrics, checked by promtool" needs promtool (Debian: apt-get install prometheus). ***\n\n',
    );
    describe.skip('checked by promtool', () => it.todo('needs promtool'));
    return;
  }
  describe('checked by promtool', () =>
    suite((args, input = '') => {
      const { status, stdout, stderr } = spawnSync(found, args, { input, encoding: 'utf8' });
      return { status, output: stdout + stderr };
    }));
}
