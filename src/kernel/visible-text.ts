/** A character that shows: no white space, no control or format character, no filler such as U+3164. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]/u;

/** Whether a reader sees anything of a text. */
export function hasVisibleText(text: string): boolean {
  return VISIBLE.test(text);
}

/** The path segments that a URL resolves before it is sent: an id of this name can't be addressed. */
const DOT_SEGMENTS = new Set(['.', '..']);

/** Whether a text is `.` or `..`. */
export function isDotSegment(text: string): boolean {
  return DOT_SEGMENTS.has(text);
}
