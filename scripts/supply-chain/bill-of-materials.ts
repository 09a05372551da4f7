import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { productionPackages } from './production-packages.js';

/** A bill of materials as `npm sbom` writes it. Source: CycloneDX 1.5. */
export interface BillOfMaterials {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string; readonly 'bom-ref': string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/**
 * The bill of materials of the production dependencies, from package-lock.json. npm itself leaves out too much: with
 * `--omit dev`, npm 11 drops every package that something of the development dependencies needs as well, such as
 * `@nestjs/common`. So the whole one is made, and what package-lock.json installs in production is kept.
 */
export function billOfMaterials(): BillOfMaterials {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const whole = JSON.parse(
    execFileSync('npm', args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as BillOfMaterials;
  const { name } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string };
  const inProduction = new Map(
    productionPackages().map((each) => [`${each.installedAs}@${each.version}`, each]),
  );
  const components = whole.components.flatMap((component) => {
    const found = inProduction.get(`${component.name}@${component.version}`);
    return found ? [{ ...component, name: found.name }] : [];
  });
  const { component } = whole.metadata;
  const refs = new Set([component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
  return {
    ...whole,
    // npm takes the name of the folder.
    metadata: { ...whole.metadata, component: { ...component, name } },
    components,
    dependencies: whole.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({
        ref,
        dependsOn: dependsOn.filter((each) => refs.has(each)),
      })),
  };
}
