import { type JSX, useState } from 'react';
import { useMay } from '../../api/rights.js';
import { ruleLabel } from '../../next-action/rule-labels.js';
import { scopeName } from '../../next-action/scope-name.js';
import { AreaField, SelectField } from '../../ui/fields.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { type Proposal } from './use-suppressing.js';

interface Props {
  readonly proposals: readonly Proposal[];
  readonly onSuppress: (proposal: Proposal) => void;
}

/** Rules that are mostly dismissed, with their numbers. Nothing is applied by itself. */
export function Proposals({ proposals, onSuppress }: Props): JSX.Element {
  const mayWrite = useMay('suppressions.write');
  return (
    <section className="block" aria-labelledby="proposals">
      <h2 id="proposals" className="block-title">
        Proposed suppressions
      </h2>
      {proposals.length === 0 && (
        <p className="sub">
          None. A rule is proposed where at least three of its actions, and half of them, were
          dismissed in a scope within 30 days.
        </p>
      )}
      {proposals.length > 0 && (
        <ul className="proposals" role="list">
          {proposals.map((proposal) => (
            <li key={`${proposal.ruleKey} ${proposal.entityType}/${proposal.entityId}`}>
              <div>
                <strong>{ruleLabel(proposal.ruleKey)}</strong> in {scopeName(proposal)}
                <div className="sub">{numbersOf(proposal)}</div>
              </div>
              {mayWrite && (
                <button type="button" className="b" onClick={() => onSuppress(proposal)}>
                  Suppress…
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function numbersOf({ dismissed, suggested }: Proposal): string {
  return `${dismissed} of ${suggested} dismissed within 30 days`;
}

interface SuppressProps {
  readonly proposal: Proposal;
  readonly change: {
    readonly isPending: boolean;
    readonly error: Error | null;
    readonly mutate: (body: object) => void;
  };
  readonly onClose: () => void;
}

/** Asks for how long a rule is suppressed, and why. */
export function SuppressDialog({ proposal, change, onClose }: SuppressProps): JSX.Element {
  const { ruleKey, entityType, entityId, suggestion } = proposal;
  const mayForever = useMay('suppressions.forever');
  const [length, setLength] = useState<string>(suggestion.for);
  const [reason, setReason] = useState(`${numbersOf(proposal)}.`);
  return (
    <FormDialog
      title={`Suppress “${ruleLabel(ruleKey)}”`}
      description={`The rule suggests nothing in ${scopeName(proposal)}, and the next run expires what is queued.`}
      submitLabel="Suppress"
      change={change}
      onSubmit={() => change.mutate({ entityType, entityId, ruleKey, for: length, reason })}
      onClose={onClose}
    >
      <SelectField
        label="For"
        value={length}
        choices={[
          ['7d', '7 days'],
          ['30d', '30 days'],
          ...(mayForever ? [['forever', 'For good'] as const] : []),
        ]}
        onChange={setLength}
      />
      <AreaField label="Reason" required maxLength={500} value={reason} onChange={setReason} />
    </FormDialog>
  );
}
