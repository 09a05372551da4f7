/** A position in the write-ahead log, in bytes. Source: PostgreSQL documentation, "pg_lsn type". */
export type WalPosition = bigint;

/** Past every position that a server can have replayed: nothing is known of the real one. */
export const UNKNOWN_POSITION: WalPosition = 2n ** 64n;

/** How PostgreSQL prints a position. */
export const WAL_POSITION_FORM = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/** A position as PostgreSQL prints it, such as `16/B374D848`; undefined for any other text. */
export function parseWalPosition(text: string): WalPosition | undefined {
  const parts = WAL_POSITION_FORM.exec(text);
  if (!parts) return undefined;
  return (BigInt(`0x${parts[1]}`) << 32n) + BigInt(`0x${parts[2]}`);
}

/** The same as text. */
export function formatWalPosition(position: WalPosition): string {
  const hex = (part: bigint): string => part.toString(16).toUpperCase();
  return `${hex(position >> 32n)}/${hex(position & 0xff_ff_ff_ffn)}`;
}
