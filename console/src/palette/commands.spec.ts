import { type CommandGroup, matching } from './commands.js';

const command = (label: string) => ({ id: label, label, run: () => undefined });
const OFFERED: CommandGroup[] = [
  { name: 'Go to', commands: [command('Risk'), command('Work items')] },
  { name: 'Call Acme', commands: [command('Mark done'), command('Snooze…')] },
];
const labels = (text: string) =>
  matching(OFFERED, text).map(({ name, commands }) => [
    name,
    ...commands.map(({ label }) => label),
  ]);

describe('the commands of the palette', () => {
  it('are all offered without a text', () => {
    expect(matching(OFFERED, ' ')).toEqual(OFFERED);
  });

  it('are found by words of their label and their group, in any order and case', () => {
    expect(labels('done')).toEqual([['Call Acme', 'Mark done']]);
    expect(labels('SNOOZE acme')).toEqual([['Call Acme', 'Snooze…']]);
    expect(labels('go items')).toEqual([['Go to', 'Work items']]);
    expect(labels('nothing')).toEqual([]);
  });
});
