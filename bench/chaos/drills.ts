import { type Drill } from './drill.js';
import { SIGKILL } from './sigkill.js';

/** Every drill, in the order in which they run. */
export const DRILLS: readonly Drill[] = [SIGKILL];
