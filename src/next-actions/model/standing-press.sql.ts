/** Whether an execution is no undo, and was not taken back. */
export function stands(alias?: string): string {
  const of = alias === undefined ? '' : `${alias}.`;
  return `${of}undone_at IS NULL AND ${of}undoes_id IS NULL`;
}
