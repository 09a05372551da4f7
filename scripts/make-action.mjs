// npm run make:action -- send_reminder [--input] [--job]
// Writes the action, its e2e spec and its provider line; with --input an input class, with --job a job type of
// its own with its handler. The spec presses the button over HTTP, so that it stays right when the action gets
// dependencies.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { actionFile, handlerFile, specFile } from './action-templates.mjs';

const USAGE = 'npm run make:action -- send_reminder [--input] [--job]';
const FOLDER = 'src/next-actions/delivery/actions';
const MODULE = 'src/next-actions/next-actions.module.ts';
const ACTIONS = '    // Delivery actions, one line each';
const HANDLERS = '    // Job handlers.';

/** Ends the command with one sentence. */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { input: { type: 'boolean' }, job: { type: 'boolean' } },
    });
  } catch {
    return fail(`There are the options --input and --job: ${USAGE}`);
  }
}

const { values, positionals } = readArguments();
const [key = ''] = positionals;
if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(key) || key.length > 64 || positionals.length > 1) {
  fail(`Name the action in snake_case, at most 64 characters: ${USAGE}`);
}
const words = key.split('_');
const action = {
  key,
  file: words.join('-'),
  name: words.map((word) => word[0].toUpperCase() + word.slice(1)).join(''),
  label: `${words[0][0].toUpperCase()}${words.join(' ').slice(1)}`,
  hasInput: values.input === true,
  hasJob: values.job === true,
};

const files = [
  [`${FOLDER}/${action.file}.action.ts`, actionFile(action)],
  ...(action.hasJob ? [[`${FOLDER}/${action.file}.handler.ts`, handlerFile(action)]] : []),
  [`test/${action.file}.e2e-spec.ts`, specFile(action)],
];
for (const [path] of files) if (existsSync(path)) fail(`${path} exists already.`);

let module = readFileSync(MODULE, 'utf8');
module = withProvider(module, ACTIONS, `${action.name}Action`, 'action');
if (action.hasJob) module = withProvider(module, HANDLERS, `${action.name}Handler`, 'handler');
for (const [path, text] of [...files, [MODULE, module]]) {
  const options = await resolveConfig(path);
  writeFileSync(path, await format(text, { ...options, filepath: path }));
}
const written = files.map(([path]) => path).join(', ');
console.log(`Wrote ${written}, and the provider lines in ${MODULE}.`);

/** The module with an import and a line in `providers`, below the comment. */
function withProvider(text, comment, className, role) {
  const lines = text.split('\n');
  const marker = lines.findIndex((line) => line.startsWith(comment));
  if (marker === -1) fail(`${MODULE} has no line "${comment.trim()}": add it to the providers.`);
  lines.splice(marker + 1, 0, `    ${className},`);
  const importLine = `import { ${className} } from './delivery/actions/${action.file}.${role}.js';`;
  const first = lines.findIndex((line) => line.includes('/delivery/actions/'));
  let at = first;
  while (
    lines[at].includes('/delivery/actions/') &&
    lines[at].split(' from ')[1] < importLine.split(' from ')[1]
  )
    at += 1;
  lines.splice(at, 0, importLine);
  return lines.join('\n');
}
