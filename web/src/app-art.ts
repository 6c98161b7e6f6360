import { html } from 'lit';
import { wording } from './wording';

const hills = html`<svg class="hills" viewBox="0 0 1200 120" preserveAspectRatio="none" aria-hidden="true">
  <path class="far" d="M0 78C160 20 300 22 470 62s330 48 470 4 200-34 260-22v76H0z" />
  <path class="near" d="M0 96c180-44 330-30 520-4s360 20 680-34v62H0z" />
  <path class="ground" d="M0 112c240-22 420-16 620-6s380 8 580-12v26H0z" />
</svg>`;

/** The first thing that is read. */
export const welcome = () => html`<div class="hero">
  <div class="inner">
    <h2>${wording.welcome}</h2>
  </div>
  ${hills}
</div>`;

/** The service's mark. */
export const mark = html`<svg viewBox="0 0 64 64" aria-hidden="true">
  <rect width="64" height="64" rx="14" fill="#0b5f57" />
  <circle cx="45" cy="19" r="7" fill="#f4d58a" />
  <path d="M0 46c12-10 22-10 33-3s20 5 31-4v11a14 14 0 0 1-14 14H14A14 14 0 0 1 0 50z" fill="#8fcbb0" />
  <path d="M0 53c14-6 24-4 34 0s20 2 30-3a14 14 0 0 1-14 14H14A14 14 0 0 1 0 53z" fill="#e9f5ee" />
</svg>`;
