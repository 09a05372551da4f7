import { readFileSync } from 'node:fs';
import { refusedLicences } from './allowed-licences.js';
import { billOfMaterials } from './bill-of-materials.js';
import { productionPackages } from './production-packages.js';

const { dependencies, devDependencies } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as Record<string, Record<string, string>>;
const packages = productionPackages();
const ids = [...new Set(packages.map(({ name, version }) => `${name}@${version}`))].sort();

describe('the production packages', () => {
  it('are the dependencies with what they need, and no tool', () => {
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies!)));
    expect(names).not.toEqual(expect.arrayContaining(['typescript']));
    expect(Object.keys(devDependencies!)).toContain('typescript');
  });

  it('are under licences that are allowed', () => {
    expect(refusedLicences(packages)).toEqual([]);
  });

  it.each([
    [['GPL-3.0-only'], false],
    [['(MIT OR GPL-3.0-only)'], true],
    [['MIT AND GPL-3.0-only'], false],
    [['MIT', 'AGPL-3.0-only'], false],
    [[], false],
  ])('of a package under %j, refusal is decided', (licences, allowed) => {
    expect(
      refusedLicences([{ name: 'x', installedAs: 'x', version: '1.0.0', licences }]),
    ).toHaveLength(allowed ? 0 : 1);
  });
});

describe('the bill of materials', () => {
  it('names every production package with its version, and nothing else', () => {
    const bill = billOfMaterials();
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'next-best-actions' } },
    });
    const named = bill.components.map(({ name, version }) => `${name}@${version}`);
    expect([...new Set(named)].sort()).toEqual(ids);
    expect(bill.components.filter(({ purl }) => !purl.startsWith('pkg:npm/'))).toEqual([]);
    const direct = bill.dependencies.find(({ ref }) => ref === bill.metadata.component['bom-ref']);
    for (const [name, version] of Object.entries(dependencies!)) {
      expect(direct?.dependsOn).toContain(`${name}@${version}`);
    }
  }, 60_000);
});
