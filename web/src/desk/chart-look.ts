import type { EChartsCoreOption } from 'echarts/core';

/** What a chart is drawn with: the page's colours, or the reader's own. Lengths in CSS pixels. */
export interface Look {
  ink: string;
  soft: string;
  rule: string;
  paper: string;
  ground: string;
  tint: string;
  accent: string;
  bad: string;
  series: string[];
  /** The reader's own colours: nothing may depend on ours. */
  forced: boolean;
  font: string;
  /** Size of the page's small text. */
  size: number;
  width: number;
  /** Nothing moves. */
  still: boolean;
}

/** What is drawn, and how high. */
export interface Drawing {
  option: EChartsCoreOption;
  height: number;
}

/** Below that width a chart is drawn for a phone. */
export const NARROW = 560;
