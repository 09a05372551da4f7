const ENCODED = /(?:%[0-9a-f]{2}){1,4000}/gi;
/** How often a text is decoded that was encoded more than once. */
const MAX_TIMES = 3;

/**
 * A text with its percent-encoded parts decoded; what is not UTF-8 is not changed. Source: RFC 3986, 2.1.
 */
export function percentDecoded(text: string): string {
  let decoded = text;
  for (let times = 0; times < MAX_TIMES && decoded.includes('%'); times++) {
    const next = decoded.replace(ENCODED, decodedPart);
    if (next === decoded) break;
    decoded = next;
  }
  return decoded;
}

function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // One wrong byte must not hide the rest.
    return part.replace(/%[2-7][0-9a-f]/gi, (byte) => decodeURIComponent(byte));
  }
}
