import { type JSX } from 'react';
import { usePeople } from '../api/queries.js';
import { Dialog } from '../ui/dialog.js';
import { formOf } from '../ui/schema-fields.js';
import { SchemaForm } from '../ui/schema-form.js';
import { plainLabel } from './press-text.js';
import { type Asked } from './pressing.js';

interface Props {
  readonly asked: Asked;
  readonly onClose: () => void;
  readonly onPress: (input?: Record<string, unknown>) => void;
}

/** The question of a button and the form of its input. */
export function PressDialog({ asked: { button, items }, onClose, onPress }: Props): JSX.Element {
  const { label, confirm, inputSchema, style } = button;
  const form = formOf(inputSchema ?? {});
  const [first] = items;
  const needsPeople = form.fields.some(({ kind }) => kind === 'person');
  const scope = { entityType: first?.entityType ?? '', entityId: first?.entityId ?? '' };
  const people = usePeople(scope, needsPeople);
  const target = items.length === 1 ? first?.title : `${items.length} selected actions`;
  const title = plainLabel(label);
  const description = confirm === null ? target : `${confirm} ${target ?? ''}`;
  return (
    <Dialog title={title} description={description} onClose={onClose}>
      <SchemaForm
        form={form}
        people={people.data?.items ?? []}
        submitLabel={title}
        danger={style === 'danger'}
        onCancel={onClose}
        onSubmit={(input) => onPress(inputSchema === null ? undefined : input)}
      />
    </Dialog>
  );
}
