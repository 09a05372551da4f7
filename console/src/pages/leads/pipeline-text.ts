import { type Schemas } from '../../api/client.js';

/** Most leads of one run. Source: docs/http-api.md, "Leads". */
const MOST = 500;
/** Most leads that are named. */
const NAMED = 3;

/** What a run of the lead pipeline did, in a sentence. */
export function pipelineText(answer: Schemas['LeadPipelineAnswer'], scope: string): string {
  const { ran, skipped, failed } = answer;
  const parts = [
    ran === 0
      ? `No lead of ${scope} was scored`
      : `${ran} ${ran === 1 ? 'lead' : 'leads'} of ${scope} scored`,
    ...(skipped > 0 ? [`${skipped} skipped: something else changed them`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed: ${namesOf(failed)}`] : []),
    ...(ran >= MOST ? ['run it again for the others'] : []),
  ];
  return `${parts.join('; ')}.`;
}

function namesOf(failed: readonly Schemas['LeadFailureAnswer'][]): string {
  const named = failed.slice(0, NAMED).map(({ externalId, code }) => `${externalId} (${code})`);
  const more = failed.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
