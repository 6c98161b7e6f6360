import type { Day } from './api-figures';
import { NARROW, type Drawing, type Look } from './chart-look';
import { count, percent, shortDay } from './figure-format';
import { ENDINGS, endingsOf, type Heat, type Stars } from './figure-series';
import { figureWords as words } from './wording-figures';

/** How each chart of the dashboard is drawn. */

/** Patterns, so that nobody needs to tell colours apart; the first series is plain. */
const DECALS = [
  { symbol: 'none' },
  { symbol: 'circle', symbolSize: 0.55, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [5, 0] },
  { dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
  { dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4 },
  { dashArrayX: [1, 0], dashArrayY: [1.5, 4] },
];

function rgb(colour: string): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
  return [red, green, blue];
}

/** Between two colours; at 0 the first. */
export function mix(from: string, to: string, at: number): string {
  const [a, b] = [rgb(from), rgb(to)];
  return `rgb(${a.map((part, n) => Math.round(part + ((b[n] ?? 0) - part) * at)).join(', ')})`;
}

/** Relative luminance, as WCAG has it. */
function light(colour: string): number {
  const [red = 0, green = 0, blue = 0] = rgb(colour).map((part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(a: string, b: string): number {
  const [dark = 0, bright = 0] = [light(a), light(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

/** Black or white: of no other two colours can always one be read on any ground. */
export function inkOn(ground: string): string {
  const [black, white] = ['rgb(0, 0, 0)', 'rgb(255, 255, 255)'] as const;
  return contrast(ground, black) > contrast(ground, white) ? black : white;
}

function faded(colour: string, alpha: number): string {
  return `rgba(${rgb(colour).join(', ')}, ${alpha})`;
}

/** How one series of several is filled. */
function fill(look: Look, at: number, colour = look.series[at] ?? look.ink) {
  // With colours of one's own only patterns tell series apart, on a ground that lets them be seen.
  const ground = look.forced ? (at === 0 ? look.ink : look.paper) : colour;
  const lines = look.forced ? look.ink : faded(look.paper, 0.55);
  return {
    color: ground,
    borderColor: look.forced ? look.ink : look.paper,
    borderWidth: 0.5,
    decal: { ...DECALS[at], color: lines, backgroundColor: 'transparent' },
  };
}

/** What all charts have in common. */
function common(look: Look) {
  return {
    animation: !look.still,
    animationDuration: 400,
    animationDurationUpdate: 0,
    textStyle: { fontFamily: look.font, fontSize: look.size, color: look.ink },
    tooltip: {
      // Drawn into the picture: a box with styles of its own isn't allowed on this page.
      renderMode: 'richText',
      confine: true,
      appendToBody: false,
      backgroundColor: look.paper,
      borderColor: look.soft,
      borderWidth: 1,
      padding: [6, 10],
      textStyle: { color: look.ink, fontSize: look.size, fontFamily: look.font },
      transitionDuration: 0,
    },
  };
}

const text = (look: Look) => ({ color: look.soft, fontSize: look.size, fontFamily: look.font });
/** Lines that stay behind what is drawn. */
const faint = (look: Look) => (look.forced ? mix(look.ink, look.paper, 0.7) : look.rule);
const gridLines = (look: Look) => ({ lineStyle: { color: faint(look), width: 1 } });

/** A legend above the chart, and the room that its lines take. */
function legend(look: Look, names: readonly string[]) {
  const em = look.size;
  let [rows, x] = [1, 0];
  for (const name of names) {
    const wide = name.length * em + em * 2.8;
    if (x + wide > look.width) [rows, x] = [rows + 1, 0];
    x += wide;
  }
  return {
    room: rows * em * 1.75 + 8,
    option: {
      top: 0,
      left: 0,
      padding: 0,
      itemWidth: em * 1.5,
      itemHeight: em,
      itemGap: em,
      selectedMode: false,
      data: names.map((name) => ({ name })),
      textStyle: { color: look.ink, fontSize: em, fontFamily: look.font },
    },
  };
}

/** How turns ended, day by day or week by week. */
export function endings(steps: readonly Day[]) {
  const shown = endingsOf(steps);
  return (look: Look): Drawing => {
    const names = shown.map((ending) => words.endingOf[ending]);
    const { room, option } = legend(look, names);
    const height = Math.round(room) + (look.width < NARROW ? 230 : 270);
    return {
      height,
      option: {
        ...common(look),
        legend: option,
        grid: { top: room + 14, left: 0, right: 4, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        tooltip: {
          ...common(look).tooltip,
          trigger: 'axis',
          axisPointer: { type: 'shadow', shadowStyle: { color: faded(look.ink, 0.08) } },
          formatter: (at: { dataIndex: number }[]) => stepText(steps[at[0]?.dataIndex ?? -1]),
        },
        xAxis: {
          type: 'category',
          data: steps.map(({ day }) => shortDay(day)),
          axisLabel: { ...text(look), hideOverlap: true },
          axisTick: { show: false },
          axisLine: { lineStyle: { color: look.soft } },
        },
        yAxis: { type: 'value', minInterval: 1, axisLabel: { ...text(look), formatter: (n: number) => count(n) }, splitLine: gridLines(look) },
        series: shown.map((ending) => ({
          type: 'bar',
          stack: 'turns',
          name: words.endingOf[ending],
          barMaxWidth: 48,
          // What didn't occur isn't drawn, not even as a line.
          data: steps.map((step) => step[ending] || null),
          itemStyle: fill(look, ENDINGS.indexOf(ending)),
          emphasis: { disabled: true },
        })),
      },
    };
  };
}

function stepText(step: Day | undefined): string {
  if (!step) return '';
  const lines = endingsOf([step]).map((ending) => `${words.endingOf[ending]}  ${count(step[ending])}（${percent(step[ending], step.turns)}）`);
  return [`${step.day}  ${count(step.turns)} ${words.times}`, ...lines].join('\n');
}

/** Hours of the week; on a phone they run down the page. The number stands in each cell. */
export function heatMap({ weekdays, rows, most }: Heat) {
  return (look: Look): Drawing => {
    const upright = look.width < 720;
    const low = look.forced ? look.paper : look.tint;
    const high = look.forced ? look.ink : look.accent;
    const cells = rows.flatMap((row, day) =>
      row.map((n, hour) => {
        const ground = n > 0 ? mix(low, high, n / most) : look.ground;
        return { value: upright ? [day, hour, n] : [hour, day, n], label: { color: inkOn(ground) }, itemStyle: { color: ground } };
      }),
    );
    const days = weekdays.map((day) => (upright ? words.weekdaysShort[day] : words.weekdays[day]));
    const hours = Array.from({ length: 24 }, (_, hour) => (upright ? words.hour(hour) : String(hour)));
    const axis = (data: (string | undefined)[]) => ({
      type: 'category',
      data,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...text(look), interval: 0 },
      splitArea: { show: false },
    });
    const line = look.size * 2;
    return {
      height: upright ? 24 * line + line : weekdays.length * line * 1.15 + line * 2.4,
      option: {
        ...common(look),
        grid: { top: upright ? line : 4, left: 0, right: 0, bottom: upright ? 0 : line * 1.4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        tooltip: {
          ...common(look).tooltip,
          formatter: ({ value }: { value: number[] }) => {
            const [day = 0, hour = 0] = upright ? value : [value[1], value[0]];
            return `${words.weekdays[weekdays[day] ?? 0]} ${words.hour(hour)}  ${count(value[2])} ${words.times}`;
          },
        },
        visualMap: {
          type: 'continuous',
          show: !upright,
          min: 0,
          max: Math.max(1, most),
          calculable: false,
          hoverLink: false,
          orient: 'horizontal',
          right: 0,
          bottom: 0,
          itemWidth: look.size * 0.8,
          itemHeight: 120,
          text: [words.many, words.few],
          textStyle: text(look),
          inRange: { color: [low, high] },
        },
        xAxis: { ...axis(upright ? days : hours), position: upright ? 'top' : 'bottom' },
        yAxis: { ...axis(upright ? hours : days), inverse: true },
        series: [
          {
            type: 'heatmap',
            data: cells,
            label: { show: true, fontSize: look.size, fontFamily: look.font, formatter: ({ value }: { value: number[] }) => (value[2] ? count(value[2]) : '') },
            itemStyle: { borderColor: look.forced ? faint(look) : look.paper, borderWidth: 1.5, borderRadius: 3 },
            emphasis: { itemStyle: { borderColor: look.ink, borderWidth: 2 } },
          },
        ],
      },
    };
  };
}

/** Hours of one day. */
export function hourBars(hours: readonly number[]) {
  return (look: Look): Drawing => ({
    height: 220,
    option: {
      ...common(look),
      grid: { top: 12, left: 0, right: 4, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...common(look).tooltip,
        trigger: 'axis',
        axisPointer: { type: 'shadow', shadowStyle: { color: faded(look.ink, 0.08) } },
        formatter: (at: { dataIndex: number }[]) => `${words.hour(at[0]?.dataIndex ?? 0)}  ${count(hours[at[0]?.dataIndex ?? 0])} ${words.times}`,
      },
      xAxis: {
        type: 'category',
        data: hours.map((_, hour) => String(hour)),
        axisLabel: { ...text(look), hideOverlap: true },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: look.soft } },
      },
      yAxis: { type: 'value', minInterval: 1, axisLabel: { ...text(look), formatter: (n: number) => count(n) }, splitLine: gridLines(look) },
      series: [{ type: 'bar', data: [...hours], barMaxWidth: 32, itemStyle: { color: look.accent }, emphasis: { disabled: true } }],
    },
  });
}

/** A row of a bar chart. */
export interface Bar {
  name: string;
  count: number;
}

/** Bars beside each other's names, with number and share at their ends; the largest on top. */
export function bars(list: readonly Bar[], of: number) {
  return (look: Look): Drawing => {
    const line = look.size * 2.3;
    return {
      height: Math.max(1, list.length) * line + 8,
      option: {
        ...common(look),
        // At the ends of the bars there is room for the numbers.
        grid: { top: 0, left: 0, right: look.size * 8.5, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        tooltip: { show: false },
        xAxis: { type: 'value', show: false, min: 0 },
        yAxis: {
          type: 'category',
          inverse: true,
          data: list.map(({ name }) => name),
          axisLine: { show: false },
          axisTick: { show: false },
          axisLabel: { ...text(look), color: look.ink, margin: 10, width: Math.min(look.width * 0.36, look.size * 10), overflow: 'break', interval: 0 },
        },
        series: [
          {
            type: 'bar',
            data: list.map((one) => one.count),
            barWidth: look.size * 1.15,
            itemStyle: { color: look.accent, borderRadius: [0, 3, 3, 0] },
            emphasis: { disabled: true },
            label: {
              show: true,
              position: 'right',
              color: look.ink,
              fontSize: look.size,
              fontFamily: look.font,
              formatter: ({ value }: { value: number }) => `${count(value)}（${percent(value, of)}）`,
            },
          },
        ],
      },
    };
  };
}

/** What was rated, with its stars from five to one, as shares of a full line. */
export interface Rated {
  name: string;
  stars: Stars;
}

export function starBars(list: readonly Rated[]) {
  return (look: Look): Drawing => {
    const names = words.starOf;
    const { room, option } = legend(look, names);
    const [good, , poor, , even] = look.series;
    const colours = [good, mix(good ?? '', look.paper, 0.35), even, poor, look.bad];
    const line = look.size * 4;
    return {
      height: Math.round(room + list.length * line) + 4,
      option: {
        ...common(look),
        legend: option,
        grid: { top: room + 6, left: 0, right: 4, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        tooltip: {
          ...common(look).tooltip,
          trigger: 'axis',
          axisPointer: { type: 'none' },
          formatter: (at: { dataIndex: number }[]) => {
            const one = list[at[0]?.dataIndex ?? 0];
            if (!one) return '';
            return [one.name, ...names.map((name, n) => `${name}  ${count(one.stars.counts[n])}（${percent(one.stars.counts[n] ?? 0, one.stars.total)}）`)].join('\n');
          },
        },
        xAxis: { type: 'value', show: false, min: 0, max: 1 },
        yAxis: {
          type: 'category',
          inverse: true,
          data: list.map(({ name }) => name),
          axisLine: { show: false },
          axisTick: { show: false },
          axisLabel: { ...text(look), color: look.ink, margin: 10, interval: 0 },
        },
        series: names.map((name, n) => ({
          type: 'bar',
          stack: 'stars',
          name,
          data: list.map(({ stars }) => (stars.counts[n] ? stars.counts[n] / stars.total : null)),
          barWidth: look.size * 2.2,
          itemStyle: fill(look, n, colours[n]),
          emphasis: { disabled: true },
        })),
      },
    };
  };
}
