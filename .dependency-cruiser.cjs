/**
 * The arrows of docs/architecture.md, as a check that fails: which folder of src/ may import which. The
 * order is the order of the layers: a folder may import folders above it, those that its line lists, and
 * never a folder below it.
 */
const ARROWS = {
  kernel: [],
  config: [],
  discovery: ['config'],
  logging: ['kernel'],
  http: ['kernel', 'config', 'logging'],
  events: ['kernel'],
  database: ['kernel', 'config', 'logging', 'events'],
  feed: ['kernel', 'config', 'logging', 'events', 'database'],
  process: ['kernel', 'config', 'logging', 'database'],
  'rate-limit': ['kernel', 'config', 'database', 'http'],
  users: ['kernel', 'config', 'logging', 'http', 'database'],
  auth: ['kernel', 'config', 'logging', 'http', 'database', 'rate-limit', 'users'],
  jobs: ['kernel', 'config', 'discovery', 'logging', 'http', 'database'],
  subscribers: ['kernel', 'config', 'discovery', 'logging', 'events', 'database', 'feed', 'jobs'],
  'work-items': ['kernel', 'config', 'http', 'database', 'jobs'],
  scoring: ['kernel', 'http', 'database', 'rate-limit', 'work-items', 'jobs'],
  risk: ['kernel', 'http', 'database', 'rate-limit', 'work-items', 'jobs', 'scoring'],
  leads: ['kernel', 'logging', 'http', 'database', 'rate-limit', 'work-items', 'scoring'],
  'next-actions': [
    'kernel',
    'config',
    'discovery',
    'logging',
    'http',
    'database',
    'rate-limit',
    'users',
    'jobs',
    'work-items',
    'scoring',
    'risk',
    'leads',
  ],
  webhooks: [
    'kernel',
    'config',
    'logging',
    'http',
    'events',
    'database',
    'feed',
    'jobs',
    'work-items',
    'users',
  ],
  'ops-events': ['kernel', 'config', 'logging', 'http', 'events', 'database', 'feed', 'users'],
  schedules: ['kernel', 'config', 'logging', 'database', 'jobs', 'scoring', 'risk', 'next-actions'],
  scopes: ['kernel', 'http', 'database'],
  metrics: [
    'kernel',
    'config',
    'logging',
    'http',
    'database',
    'process',
    'jobs',
    'next-actions',
    'ops-events',
  ],
  health: ['kernel', 'logging', 'http', 'database', 'jobs'],
  demo: [
    'kernel',
    'logging',
    'database',
    'work-items',
    'scoring',
    'risk',
    'next-actions',
    'ops-events',
  ],
  console: [],
  tracing: ['kernel', 'config', 'logging', 'process'],
};

/** The same inside the modules that are made of folders. */
const INNER_ARROWS = {
  'next-actions': {
    model: [],
    suppressions: ['model'],
    outcomes: ['model'],
    rules: ['model', 'suppressions', 'outcomes'],
    delivery: ['model', 'suppressions', 'rules', 'outcomes'],
    playbooks: ['model', 'rules'],
  },
  webhooks: {
    model: [],
    sending: ['model'],
    'fan-out': ['model'],
    deliveries: ['model', 'sending', 'fan-out'],
    retry: ['model'],
    api: ['model', 'sending', 'deliveries', 'retry'],
  },
  users: {
    passwords: [],
    model: ['passwords'],
    api: ['model', 'passwords'],
    commands: ['api', 'model'],
  },
  jobs: {
    handlers: [],
    queue: ['handlers'],
    worker: ['handlers', 'queue'],
    api: ['queue'],
  },
  database: {
    connections: [],
    sql: ['connections'],
    start: ['connections', 'sql'],
    transactions: ['connections', 'sql'],
    embedded: [],
    retention: ['connections', 'start', 'transactions'],
    search: ['connections', 'start', 'transactions'],
    replica: ['connections', 'start', 'transactions'],
  },
};

/** A module that adds an action imports the decorator and its types, nothing else of next-actions. */
const ACTION_API = '^src/next-actions/delivery/delivery-action\\.ts$';

/** The same for a module that subscribes to events. */
const SUBSCRIBER_API = '^src/subscribers/on-feed-event\\.ts$';

const arrows = Object.entries(ARROWS).map(([folder, allowed]) => ({
  name: `arrows-of-${folder}`,
  comment: `src/${folder} may import only: ${allowed.join(', ') || 'nothing of ours'} (docs/architecture.md).`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: '^src/',
    pathNot: [`^src/(${[folder, ...allowed].join('|')})/`, ACTION_API, SUBSCRIBER_API],
  },
}));

const innerArrows = Object.entries(INNER_ARROWS).flatMap(([module, folders]) =>
  Object.entries(folders).map(([folder, allowed]) => ({
    name: `arrows-of-${module}-${folder}`,
    comment: `src/${module}/${folder} may import of its module only: ${allowed.join(', ') || 'nothing'}.`,
    severity: 'error',
    from: { path: `^src/${module}/${folder}/` },
    to: {
      path: `^src/${module}/`,
      pathNot: [`^src/${module}/(${[folder, ...allowed].join('|')})/`],
    },
  })),
);

module.exports = {
  forbidden: [
    ...arrows,
    ...innerArrows,
    {
      name: 'no-circular',
      comment: 'A circle means that two files are one: move what they share.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-circular-folders',
      comment: 'A circle between folders means that something is in the wrong one.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-unknown-folder',
      comment: 'Every folder of src/ has its arrows in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: `^src/(?!(${Object.keys(ARROWS).join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'traces-only-where-they-are-on',
      comment:
        'OpenTelemetry is loaded only where traces are on: src/tracing imports its SDK, and is itself imported by start-tracing.ts, with import(). An action may import @opentelemetry/api.',
      severity: 'error',
      from: { path: '^src/(?!tracing/)|^src/tracing/start-tracing\\.ts$' },
      to: {
        path: '^src/tracing/|^node_modules/@opentelemetry/(?!api/)',
        pathNot: '^src/tracing/start-tracing\\.ts$',
        dependencyTypesNot: ['dynamic-import', 'type-only'],
      },
    },
    {
      name: 'no-test-in-source',
      comment: 'Source never imports a test or its support.',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { path: '^(test|bench)/|\\.spec\\.ts$' },
    },
    {
      name: 'no-dev-dependency-in-source',
      comment: 'A dependency of the running server belongs in "dependencies".',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // A spec may import more than its folder: a circle through one is none.
    exclude: { path: '\\.spec\\.ts$' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    moduleSystems: ['es6', 'cjs'],
  },
};
