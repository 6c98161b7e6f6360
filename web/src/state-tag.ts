import { html, nothing } from 'lit';
import { wording } from './wording';

/** Whether a material is needed, in words; nothing where it simply is. */
export function stateTag(state: string | undefined) {
  const text = { waivable: wording.waivable, later: wording.later, open: wording.open }[state ?? ''];
  return text ? html`<span class="tag ${state}">${text}</span>` : nothing;
}
