const EXAMPLE = 'postgres://host:5432/database';

/**
 * What is wrong with a database URL, as text that follows the name of its setting; undefined if it is
 * valid. It quotes no part of the URL, which holds a password.
 */
export function databaseUrlProblem(url: string): string | undefined {
  if (!/^postgres(ql)?:\/\//i.test(url)) return `must be a postgres:// URL, such as ${EXAMPLE}`;
  if (/\s/.test(url)) return 'has a space in it: write %20 for it';
  if (url.includes('#')) return 'has a # in it: write %23 for it';
  if (/%(?![\da-f]{2})/i.test(url)) {
    return 'has a % that no two hexadecimal digits follow: write %25 for a percent sign';
  }
  const rest = url.replace(/^[a-z]+:\/\//i, '');
  const authority = /^[^/?]*/.exec(rest)?.[0] ?? '';
  const tail = rest.slice(authority.length);
  // An unencoded one of these in the password ends the authority part early, before the @.
  if (!authority.includes('@') && (/^[^?]*@/.test(tail) || /^\?[^=&]*@/.test(tail))) {
    return 'has a / or ? before its @: write %2F or %3F for it';
  }
  const place = authority.slice(authority.lastIndexOf('@') + 1);
  if (place.includes(',')) {
    return 'names several hosts: name one, such as a pooler or an address that follows the primary';
  }
  const port = /:([^\]]*)$/.exec(place)?.[1] ?? '';
  if (port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return 'must have a port from 1 to 65535';
  }
  return isReadable(url) ? undefined : `must be a URL such as ${EXAMPLE}`;
}

/** Whether all its parts can be decoded, as the driver does it. */
function isReadable(url: string): boolean {
  try {
    const { username, password, hostname, pathname } = new URL(url);
    [username, password, hostname, pathname].forEach((part) => decodeURIComponent(part));
    return true;
  } catch {
    return false;
  }
}
