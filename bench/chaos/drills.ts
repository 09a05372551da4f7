import { AMPLIFY } from './amplify.js';
import { AT_ONCE } from './at-once.js';
import { DATABASE } from './database.js';
import { type Drill } from './drill.js';
import { FAILOVER } from './failover.js';
import { FUZZ } from './fuzz.js';
import { JOBS_KILLED } from './jobs-killed.js';
import { JOBS_ONCE } from './jobs-once.js';
import { MATRIX } from './matrix.js';
import { ROLLING } from './rolling.js';
import { SECRETS } from './secrets.js';
import { SIGKILL } from './sigkill.js';
import { STORM } from './storm.js';
import { STREAMS } from './streams.js';

/** Every drill, in the order in which they run. */
export const DRILLS: readonly Drill[] = [
  SIGKILL,
  DATABASE,
  STORM,
  FAILOVER,
  ROLLING,
  AT_ONCE,
  JOBS_ONCE,
  JOBS_KILLED,
  STREAMS,
  FUZZ,
  SECRETS,
  AMPLIFY,
  MATRIX,
];
