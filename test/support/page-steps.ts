/** What the page says to do, in its order. */
export type Step =
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'file' | 'change'; readonly path: string; readonly text: string };

/** Commands, and each block whose sentence names its file. */
export function stepsOf(page: string): Step[] {
  const blocks = page.matchAll(/^([^\n]*)\n\n```(\w+)\n(.*?)^```$/gms);
  return [...blocks].map(([, sentence = '', language, text = '']): Step => {
    if (language === 'sh') return { kind: 'command', line: text.trim() };
    const path = /`((?:src|test)\/[^`]+|\.env\.example)`/.exec(sentence)?.[1];
    if (path === undefined) throw new Error(`No file is named by: ${sentence}`);
    return { kind: language === 'diff' ? 'change' : 'file', path, text };
  });
}

/** The text that a change is made in, and what it becomes. */
export function sidesOf(diff: string): [before: string, after: string] {
  const lines = diff.split('\n').filter((line) => line !== '');
  const side = (marks: string) =>
    lines
      .filter((line) => marks.includes(line.charAt(0)))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  return [side(' -'), side(' +')];
}
