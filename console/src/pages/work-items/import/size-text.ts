const KB = 1024;

/** A size in bytes as people read it: `3.4 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < KB) return `${bytes} bytes`;
  if (bytes < KB * KB) return `${Math.round(bytes / KB)} kB`;
  const size = bytes / KB / KB;
  return `${size < 10 && !Number.isInteger(size) ? size.toFixed(1) : Math.round(size)} MB`;
}
