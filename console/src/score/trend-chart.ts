import uPlot from 'uplot';
import { type Tone } from '../ui/badge.js';
import { BAND_TONES, BANDS } from './bands.js';
import { tickText, type Trend } from './trend.js';

const HEIGHT_PX = 168;
const FONT = '11px system-ui, sans-serif';
const ZONE_ALPHA = 0.13;
/** The colours of the palette (styles/tokens.css), by the tone of a band. */
const ZONE_COLORS: Readonly<Record<Tone, string>> = {
  good: '--good',
  warn: '--medium',
  bad: '--critical',
  quiet: '--line',
};
const DARK = '(prefers-color-scheme: dark)';

/** A chart in an element; it follows the width of the element and the colours of the page. */
export interface TrendChart {
  readonly set: (trend: Trend) => void;
  readonly destroy: () => void;
}

/** Draws a trend line over the bands. `onPoint` gets the index of the point under the pointer, or null. */
export function drawTrend(
  element: HTMLElement,
  trend: Trend,
  onPoint: (index: number | null) => void,
): TrendChart {
  const chart = new uPlot(
    optionsOf(element.clientWidth, onPoint),
    [trend.times, trend.scores],
    element,
  );
  const resized = new ResizeObserver(() =>
    chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
  );
  resized.observe(element);
  const media = matchMedia(DARK);
  const recolor = (): void => chart.redraw(false);
  media.addEventListener('change', recolor);
  return {
    set: ({ times, scores }) => chart.setData([times, scores]),
    destroy: () => {
      media.removeEventListener('change', recolor);
      resized.disconnect();
      chart.destroy();
    },
  };
}

/** A colour of the palette as it is now. */
function colorOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function optionsOf(width: number, onPoint: (index: number | null) => void): uPlot.Options {
  const stroke = (): string => colorOf('--muted');
  const line = { stroke: () => colorOf('--line'), width: 1 };
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: [0, 100] } },
    series: [
      {},
      {
        stroke: () => colorOf('--accent'),
        width: 2,
        points: { show: false },
        ...(paths ? { paths } : {}),
      },
    ],
    axes: [
      {
        stroke,
        font: FONT,
        space: 64,
        size: 28,
        grid: { show: false },
        ticks: { ...line, size: 4 },
        values: (_, splits, __, ___, step) => splits.map((time) => tickText(time, step)),
      },
      { stroke, font: FONT, size: 34, splits: () => [0, 50, 80, 100], grid: line, ticks: line },
    ],
    hooks: {
      drawClear: [drawBands],
      setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)],
    },
  };
}

/** The bands as zones behind the line. */
function drawBands(chart: uPlot): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.globalAlpha = ZONE_ALPHA;
  for (const { band, from, to } of BANDS) {
    const top = chart.valToPos(to, 'y', true);
    ctx.fillStyle = colorOf(ZONE_COLORS[BAND_TONES[band]]);
    ctx.fillRect(bbox.left, top, bbox.width, chart.valToPos(from, 'y', true) - top);
  }
  ctx.restore();
}
