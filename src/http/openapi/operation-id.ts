/**
 * The name of an operation in a generated client, from the controller and its method: a verb and what it
 * acts on, such as `listNextActions` or `getJob`. A route whose method is named after no verb, or that acts
 * on something else, sets its `operationId` in `@ApiOperation`.
 */
export function operationIdOf(controller: string, method: string): string {
  const nouns = controller.replace(/Controller$/, '');
  const noun = method.startsWith('list') ? nouns : nouns.replace(/s$/, '');
  return /[a-z][A-Z]/.test(method) ? method : `${method}${noun}`;
}
