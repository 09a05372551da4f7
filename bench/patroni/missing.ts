import { installedVersions, isInstalled } from '../programs.js';

/** A program that the drill needs, and the Debian package that has it. */
interface Needed {
  readonly program: string;
  readonly package: string;
}

const NEEDED: readonly Needed[] = [
  { program: 'etcd', package: 'etcd-server' },
  { program: 'patroni', package: 'patroni' },
  { program: 'haproxy', package: 'haproxy' },
  { program: 'pgbouncer', package: 'pgbouncer' },
];

/** What this machine lacks, one sentence each; empty where the drill can run. */
export function missing(
  has: (program: string) => boolean = isInstalled,
  versions: readonly string[] = installedVersions(),
  platform: string = process.platform,
): string[] {
  if (platform !== 'linux') return ['The drill needs Linux: it finds processes in /proc.'];
  const lacking = NEEDED.filter(({ program }) => !has(program)).map(
    ({ program, package: name }) =>
      `${program} is not installed: apt-get install ${name}, then disable the service that it starts.`,
  );
  const server =
    versions.length > 0
      ? []
      : ['No PostgreSQL is installed: apt-get install postgresql, then disable its service.'];
  return [...server, ...lacking];
}
