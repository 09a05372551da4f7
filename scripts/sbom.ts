// npm run sbom: writes the bill of materials of the production dependencies to sbom.json, which git ignores.
import { writeFileSync } from 'node:fs';
import { billOfMaterials } from './supply-chain/bill-of-materials.js';

const bill = billOfMaterials();
writeFileSync('sbom.json', `${JSON.stringify(bill, null, 2)}\n`);
console.log(`Wrote sbom.json: ${bill.components.length} packages, CycloneDX ${bill.specVersion}.`);
