/** What a character can be part of; bits, so that those of a word add up. */
const OTHER = 0;
/** Of digits, a UUID or a hash. */
const HEX = 1;
const LETTER = 2;
const GAP = 4;
const SPACE = 8;

const KIND_OF = new Uint8Array(128);
setKind('0123456789abcdef-', HEX);
setKind('ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', LETTER);
setKind('/.', GAP);
setKind(' ', SPACE);

function setKind(characters: string, kind: number): void {
  for (const character of characters) KIND_OF[character.charCodeAt(0)] = kind;
}

/** The shortest token that any entry of the table finds without a sign around it has so many characters. */
const SHORTEST_TOKEN = 13;
/** What may stand before a shorter secret. */
const SCHEME = /\b(?:bearer|basic) /i;

/**
 * Whether a text certainly holds no secret: it has no character that a name-value pair, a URL, an e-mail
 * address or a control sequence needs, no long word except hexadecimal ones, and no word that introduces a
 * secret. One pass; it is true for ids, paths, keys and words, which are most of what is logged. False
 * proves nothing.
 */
export function isPlainText(text: string): boolean {
  let begin = 0;
  let kinds = 0;
  let gaps = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (KIND_OF[code] ?? OTHER) : OTHER;
    if (kind === OTHER) return false;
    if (kind >= GAP) {
      begin = at + 1;
      kinds = 0;
      gaps |= kind;
    } else {
      kinds |= kind;
      if (kinds >= LETTER && at - begin >= SHORTEST_TOKEN - 1) return false;
    }
  }
  if ((gaps & SPACE) !== 0 && SCHEME.test(text)) return false;
  return !text.includes('--') && !text.includes('hook');
}
