/** The wording of class-validator, and the plain one that takes its place. */
const PLAIN: readonly [RegExp, string][] = [
  [
    /must be longer than or equal to (\d+) and shorter than or equal to (\d+) characters$/,
    'must have $1 to $2 characters',
  ],
  [/must be longer than or equal to 1 characters$/, 'must not be empty'],
  [/must be longer than or equal to (\d+) characters$/, 'must have at least $1 characters'],
  [/must be shorter than or equal to (\d+) characters$/, 'must have at most $1 characters'],
  [/must be an integer number$/, 'must be a whole number'],
  [/must be a number conforming to the specified constraints$/, 'must be a number'],
  [/must be a boolean value$/, 'must be true or false'],
  [/must not be less than (\S+)$/, 'must be $1 or more'],
  [/must not be greater than (\S+)$/, 'must be $1 or less'],
  [/must contain at least 1 elements$/, 'must not be empty'],
  [/must contain at least (\d+) elements$/, 'must have at least $1 items'],
  [/must match \/.*\/\w* regular expression$/, 'does not have the form that the API describes'],
];
const ONE_OF = /must be one of the following values: (.*)$/;

/** A message of class-validator in plain words; any other message as it is. */
export function plainMessage(message: string): string {
  const values = ONE_OF.exec(message);
  if (values?.[1] !== undefined) {
    return `${message.slice(0, values.index)}must be one of: ${values[1].split(/, ?/).join(', ')}`;
  }
  for (const [wording, plain] of PLAIN) {
    if (wording.test(message)) return message.replace(wording, plain);
  }
  return message;
}
