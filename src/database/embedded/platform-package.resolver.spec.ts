import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { findPlatformPackage, platformPackageName } from './platform-package.resolver.js';

describe('findPlatformPackage', () => {
  const missing = (): string => {
    throw new Error('Cannot find module');
  };

  it('names DATABASE_URL and the package where there are no binaries', () => {
    const find = () => findPlatformPackage('sunos', 'x64', missing);
    expect(find).toThrow(EmbeddedPostgresError);
    expect(find).toThrow(/@embedded-postgres\/sunos-x64.*set DATABASE_URL/);
  });

  it('refuses Windows, whose binaries it can not supervise', () => {
    expect(() => findPlatformPackage('win32', 'x64', missing)).toThrow(/Windows: set DATABASE_URL/);
    expect(platformPackageName('win32', 'x64')).toBe('@embedded-postgres/windows-x64');
  });

  it('finds the installed package of this machine', () => {
    const { nativeDir, id } = findPlatformPackage();
    expect(nativeDir).toMatch(/@embedded-postgres.*native$/);
    expect(id).toMatch(/^\d+\.\d+.*-\w+-\w+$/);
  });
});
