import { LitElement, html, nothing } from 'lit';
import { base } from '../sheet';
import './accounts-page';
import './audit-page';
import './content-page';
import './faults-page';
import './outbox-page';
import type { PageName } from './pages';
import './proposals-page';
import type { Me } from './wire';
import './work-page';

/** 管理: one of its pages. */
export class ManagePage extends LitElement {
  static override properties = { page: {}, me: { attribute: false } };
  static override styles = [base];

  declare page: PageName;
  declare me: Me;

  override render() {
    const may = (permission: string) => this.me.permissions.includes(permission);
    switch (this.page) {
      case 'accounts':
        return html`<desk-accounts></desk-accounts>`;
      case 'audit':
        return html`<desk-audit></desk-audit>`;
      case 'proposals':
        return html`<desk-proposals .own=${this.me.account.number} ?decides=${may('proposals.decide')}></desk-proposals>`;
      case 'content':
        return html`<desk-content .me=${this.me}></desk-content>`;
      case 'work':
        return html`<desk-work ?settles=${may('work_items.settle')}></desk-work>`;
      case 'faults':
        return html`<desk-faults></desk-faults>`;
      case 'outbox':
        return html`<desk-outbox></desk-outbox>`;
      default:
        return nothing;
    }
  }
}

customElements.define('desk-manage', ManagePage);
