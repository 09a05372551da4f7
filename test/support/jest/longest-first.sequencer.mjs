import sequencer from '@jest/test-sequencer';

const Sequencer = sequencer.default ?? sequencer;

/** The suites that take longest, in this order: one that began last would run alone at the end. */
const LONGEST = [
  'adding-an-action',
  'qa-suites',
  'process-life',
  'retention-cli',
  'api-clients',
  'user-cli',
];

/**
 * Starts the longest suites first, also where jest has no durations of earlier runs, as in a new clone: there it
 * goes by the size of the file, and these are short files that start many processes.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONGEST.findIndex((name) => path.endsWith(`/${name}.e2e-spec.ts`));
      return index === -1 ? LONGEST.length : index;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}
