// npm run check:licences: every production dependency is under a licence of the list in supply-chain/allowed-licences.ts.
import { refusedLicences } from './supply-chain/allowed-licences.js';
import { productionPackages } from './supply-chain/production-packages.js';

const refused = refusedLicences(productionPackages());
for (const sentence of refused) console.error(sentence);
if (refused.length > 0) {
  console.error(
    'Use another package, or add the licence to scripts/supply-chain/allowed-licences.ts.',
  );
  process.exitCode = 1;
}
