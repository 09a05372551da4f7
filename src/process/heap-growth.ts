import { setFlagsFromString } from 'node:v8';

/** By how much the old part of the heap may grow before it is collected, in percent. */
const MOST_GROWTH = 50;

/**
 * Has V8 collect the old part of the heap once it has grown by half. By default it may grow to several
 * times its size first: an import of 100,000 rows, of which little is in use at a time, took 110 MB. Source:
 * V8, MemoryController::DynamicGrowingFactor, which reads the flag at the end of each collection.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${MOST_GROWTH}`);
}
