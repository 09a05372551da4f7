import { existsSync, readFileSync } from 'node:fs';

/** A package that the running application may need. */
export interface ProductionPackage {
  readonly name: string;
  /** Its folder in node_modules: another name where `overrides` replace a package. */
  readonly installedAs: string;
  readonly version: string;
  /** As SPDX expressions; empty where the package does not say. */
  readonly licences: readonly string[];
}

interface Locked {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

type Named = string | { readonly type?: string };
interface Manifest {
  readonly license?: Named;
  /** As older packages write it. */
  readonly licenses?: readonly Named[];
}

/** What package-lock.json installs without the development dependencies, of all platforms. */
export function productionPackages(): ProductionPackage[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { name, version = '', license }]) => {
      const installedAs = path.replace(/^.*node_modules\//, '');
      const licences = license === undefined ? licencesOf(path) : [license];
      return { name: name ?? installedAs, installedAs, version, licences };
    });
}

/** Of an installed package, which says it in another form than the lock file keeps. */
function licencesOf(path: string): string[] {
  const file = `${path}/package.json`;
  if (!existsSync(file)) return [];
  const { license, licenses = [] } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const named = [...(license === undefined ? [] : [license]), ...licenses];
  return named.map((each) => (typeof each === 'string' ? each : (each.type ?? '')));
}
