/**
 * The arrows of docs/architecture.md, as a check that fails: which room of src/ may import which.
 * Everything a room is not listed to import, it must not import.
 */
const ARROWS = {
  common: [],
  config: [],
  events: ['common'],
  database: ['config', 'common', 'events'],
  process: ['common', 'config', 'database'],
  'rate-limit': ['common', 'config', 'database'],
  jobs: ['common', 'config', 'database', 'events', 'auth', 'rate-limit'],
  auth: ['common', 'config', 'database', 'events', 'rate-limit'],
  'work-items': ['common', 'config', 'database', 'auth'],
  scoring: ['common', 'config', 'database', 'events', 'auth', 'rate-limit', 'work-items', 'jobs'],
  risk: [
    'common',
    'config',
    'database',
    'events',
    'auth',
    'rate-limit',
    'work-items',
    'jobs',
    'scoring',
  ],
  leads: [
    'common',
    'config',
    'database',
    'events',
    'auth',
    'rate-limit',
    'work-items',
    'jobs',
    'scoring',
  ],
  'next-actions': [
    'common',
    'config',
    'database',
    'events',
    'auth',
    'rate-limit',
    'work-items',
    'jobs',
    'scoring',
    'risk',
    'leads',
  ],
  'ops-events': ['common', 'config', 'database', 'events', 'auth'],
  health: ['common', 'config', 'database', 'jobs', 'auth', 'rate-limit'],
  demo: [
    'common',
    'config',
    'database',
    'work-items',
    'scoring',
    'risk',
    'next-actions',
    'ops-events',
  ],
};

/** A room that only wants to add an action imports the decorator and its types, nothing else. */
const ACTION_API = '^src/next-actions/delivery/delivery-action\\.ts$';

const arrows = Object.entries(ARROWS).map(([room, allowed]) => ({
  name: `arrows-of-${room}`,
  comment: `src/${room} may import only: ${allowed.join(', ') || 'nothing of ours'} (docs/architecture.md).`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: [`^src/(${[room, ...allowed].join('|')})/`, ACTION_API] },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'no-circular',
      comment: 'A circle means that two rooms are one: move what they share.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unknown-room',
      comment: 'Every folder of src/ has its arrows in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: `^src/(?!(${Object.keys(ARROWS).join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'no-test-in-source',
      comment: 'Source never imports a test or its support.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench)/|\\.spec\\.ts$' },
    },
    {
      name: 'no-dev-dependency-in-source',
      comment: 'A dependency of the running server belongs in "dependencies".',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '\\.spec\\.ts$' },
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
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    moduleSystems: ['es6', 'cjs'],
  },
};
