import { BarChart, HeatmapChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components';
import { init, use, type ECharts } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { LitElement, css, html } from 'lit';
import { base } from '../sheet';
import type { Drawing, Look } from './chart-look';

use([BarChart, HeatmapChart, GridComponent, LegendComponent, TooltipComponent, VisualMapContinuousComponent, SVGRenderer]);

/** Width of A4 within the margins of a print. */
const PAPER = 660;

const QUERIES = ['(forced-colors: active)', '(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)', 'print'];

/** A chart, as a picture with a sentence about it; its numbers are in a table beside it. */
export class ChartView extends LitElement {
  static override properties = { draw: { attribute: false }, summary: {} };
  static override styles = [
    base,
    css`
      .box {
        forced-color-adjust: none;
        overflow: hidden;
      }
    `,
  ];

  declare draw: (look: Look) => Drawing;
  declare summary: string;
  private chart: ECharts | null = null;
  private width = 0;
  private readonly sizes = new ResizeObserver(() => this.sized());
  private readonly queries = QUERIES.map((query) => matchMedia(query));

  constructor() {
    super();
    this.summary = '';
  }

  override connectedCallback() {
    super.connectedCallback();
    for (const query of this.queries) query.addEventListener('change', this.redraw);
    this.sizes.observe(this);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    for (const query of this.queries) query.removeEventListener('change', this.redraw);
    this.sizes.disconnect();
    this.chart?.dispose();
    this.chart = null;
    this.width = 0;
  }

  override updated() {
    this.paint();
  }

  private sized() {
    // Hidden it has no width; and a change of height is its own doing.
    const { clientWidth } = this;
    if (clientWidth > 0 && clientWidth !== this.width) this.paint();
  }

  private readonly redraw = () => this.paint();

  private paint() {
    const box = this.renderRoot.querySelector<HTMLElement>('.box');
    const print = matchMedia('print').matches;
    this.width = this.clientWidth;
    const width = print ? Math.min(this.width || PAPER, PAPER) : this.width;
    if (!box || width === 0) return;
    const { option, height } = this.draw(this.look(width, print));
    box.style.height = `${height}px`;
    this.chart ??= init(box, null, { renderer: 'svg', width, height });
    this.chart.resize({ width, height, silent: true });
    this.chart.setOption(option, { notMerge: true });
    // On paper nothing is drawn later.
    if (print) this.chart.getZr().flush();
  }

  /** The colours as they come out now: the reader's own have names only until they are used. */
  private look(width: number, print: boolean): Look {
    const probe = document.createElement('span');
    this.renderRoot.append(probe);
    const forced = matchMedia('(forced-colors: active)').matches;
    const style = getComputedStyle(probe);
    const colour = (token: string, own: string) => {
      probe.style.color = forced ? own : `var(--${token})`;
      return style.color;
    };
    probe.style.fontSize = 'var(--text-s)';
    probe.style.forcedColorAdjust = 'none';
    const look: Look = {
      ink: colour('ink', 'CanvasText'),
      soft: colour('ink-soft', 'CanvasText'),
      rule: colour('rule', 'GrayText'),
      paper: colour('paper', 'Canvas'),
      ground: colour('ground', 'Canvas'),
      tint: colour('accent-tint', 'Canvas'),
      accent: colour('series-a', 'CanvasText'),
      bad: colour('bad-ink', 'CanvasText'),
      series: ['a', 'b', 'c', 'd', 'e'].map((letter) => colour(`series-${letter}`, 'CanvasText')),
      forced,
      font: style.fontFamily,
      size: parseFloat(style.fontSize),
      width,
      still: print || matchMedia('(prefers-reduced-motion: reduce)').matches,
    };
    probe.remove();
    return look;
  }

  override render() {
    return html`<div class="box" role="img" aria-label=${this.summary}></div>`;
  }
}

customElements.define('desk-chart', ChartView);
