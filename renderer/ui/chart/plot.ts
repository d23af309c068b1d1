// One uPlot: the drawing of curves and limits over time, with lines for cursor and pointer. Loaded when first needed.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { count } from '../figures.ts';
import {
  type Curve,
  type CurveTone,
  type Drawing,
  GUTTER,
  type Limit,
  MARGIN,
  type Shape,
  shapesAt,
  topOf,
} from './curves.ts';
import { ticksFor } from './ticks.ts';

export interface PlotEvents {
  /** ms; undefined when the pointer leaves. */
  readonly onHover: (at: number | undefined) => void;
  readonly onPick: (at: number) => void;
  readonly onZoom: (from: number, to: number) => void;
}

/** Pixels of a shape's height. */
const SHAPE = 7;
/** Pixels the pointer may move in a click. */
const STILL = 4;

type Colour = CurveTone | 'line' | 'text' | 'faint' | 'panel';

export class Plot {
  readonly #plot: uPlot;
  readonly #cursor: HTMLElement;
  readonly #hover: HTMLElement;
  #drawing: Drawing;
  #colours = new Map<Colour, string>();
  #font = '';

  constructor(place: HTMLElement, drawing: Drawing, events: PlotEvents) {
    this.#drawing = drawing;
    const { width, height } = place.getBoundingClientRect();
    this.#plot = new uPlot(this.#options({ width, height }, drawing.curves), dataOf(drawing), place);
    this.#cursor = line('chart-cursor');
    this.#hover = line('chart-hover');
    this.#plot.over.append(this.#cursor, this.#hover);
    this.#listen(events);
  }

  /** The same curves with other values, limits or view. */
  draw(drawing: Drawing): void {
    const isOther = drawing.curves !== this.#drawing.curves || drawing.step !== this.#drawing.step;
    this.#drawing = drawing;
    if (isOther) this.#plot.setData(dataOf(drawing), false);
    this.#plot.setScale('x', { min: drawing.view.from, max: drawing.view.to });
  }

  /** Lines at these instants; outside of the view there are none. */
  point(cursor: number, hover: number | undefined): void {
    this.#put(this.#cursor, cursor);
    this.#put(this.#hover, hover);
  }

  resize(width: number, height: number): void {
    if (width > 0 && (width !== this.#plot.width || height !== this.#plot.height))
      this.#plot.setSize({ width, height });
  }

  /** Reads the colours of the theme anew. */
  recolour(): void {
    this.#colours.clear();
    this.#plot.redraw(false, true);
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #put(element: HTMLElement, at: number | undefined): void {
    const { from, to } = this.#drawing.view;
    const isSeen = at !== undefined && at >= from && at <= to;
    element.hidden = !isSeen;
    if (isSeen) element.style.translate = `${Math.round(this.#plot.valToPos(at, 'x'))}px`;
  }

  #listen({ onHover, onPick, onZoom }: PlotEvents): void {
    const { over } = this.#plot;
    let down: number | undefined;
    const at = (event: PointerEvent) => {
      const { left, width } = over.getBoundingClientRect();
      return this.#plot.posToVal(Math.min(Math.max(event.clientX - left, 0), width), 'x');
    };
    over.addEventListener('pointermove', (event) => onHover(at(event)));
    over.addEventListener('pointerleave', () => onHover(undefined));
    over.addEventListener('pointerdown', (event) => (down = event.button === 0 ? event.clientX : undefined));
    over.addEventListener('pointerup', (event) => {
      if (down !== undefined && Math.abs(event.clientX - down) < STILL) onPick(at(event));
      down = undefined;
    });
    this.#plot.hooks.setSelect = [
      ({ select }) => {
        if (select.width < STILL) return;
        const [from, to] = [select.left, select.left + select.width].map((x) => this.#plot.posToVal(x, 'x'));
        this.#plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        if (from !== undefined && to !== undefined) onZoom(from, to);
      },
    ];
  }

  #options(size: { width: number; height: number }, curves: readonly Curve[]): uPlot.Options {
    const colour = (name: Colour) => () => this.#colour(name);
    const paths = uPlot.paths.stepped?.({ align: 1, extend: false });
    return {
      ...size,
      padding: [8, MARGIN, 6, 0],
      legend: { show: false },
      cursor: {
        x: false,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: STILL },
      },
      scales: {
        x: { time: false, auto: false, range: () => [this.#drawing.view.from, this.#drawing.view.to] },
        y: { range: (_plot, _least, most) => [0, topOf(most ?? 0, this.#drawing.limits)] },
      },
      axes: [
        {
          size: 0,
          values: (_plot, splits) => splits.map(() => null),
          splits: (plot, _axis, from, to) => [...ticksFor(from, to, plot.width - GUTTER - MARGIN).at],
          ticks: { show: false },
          grid: { stroke: colour('line'), width: 1 },
        },
        {
          size: GUTTER,
          space: 26,
          gap: 6,
          incrs: steps(),
          values: (_plot, splits) => splits.map(numberText),
          font: this.#fontOf(),
          stroke: colour('faint'),
          ticks: { show: false },
          grid: { stroke: colour('line'), width: 1 },
        },
      ],
      series: [
        {},
        ...curves.map(({ tone, isDashed, isFilled }): uPlot.Series => ({
          stroke: colour(tone),
          width: isDashed === true ? 1.25 : 1.5,
          ...(isDashed === true ? { dash: [5, 4] } : {}),
          ...(isFilled === true ? { fill: () => tinted(this.#colour(tone)) } : {}),
          ...(paths ? { paths } : {}),
          points: { show: false },
        })),
      ],
      hooks: { draw: [() => this.#finish()] },
    };
  }

  #fontOf(): string {
    this.#font ||= `11px ${getComputedStyle(document.body).fontFamily}`;
    return this.#font;
  }

  #colour(name: Colour): string {
    let found = this.#colours.get(name);
    if (found === undefined) {
      found = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
      this.#colours.set(name, found);
    }
    return found;
  }

  /** What is drawn on top of the curves: their shapes, the limits, where these were hit. */
  #finish(): void {
    const { ctx, bbox } = this.#plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    this.#drawing.curves.forEach((curve, place) => this.#shapes(curve, place));
    for (const limit of this.#drawing.limits) this.#limit(limit);
    ctx.restore();
  }

  #shapes({ values, shape, tone }: Curve, place: number): void {
    if (shape === '') return;
    const plot = this.#plot;
    const { view, step, curves } = this.#drawing;
    const width = plot.bbox.width / uPlot.pxRatio;
    for (const at of shapesAt(view, width, { place, of: curves.length })) {
      const value = values[Math.floor(at / step)];
      if (value === undefined || value === null || value === 0) continue;
      const x = plot.valToPos(at, 'x', true);
      mark(plot.ctx, { shape, x, y: plot.valToPos(value, 'y', true), colour: this.#colour(tone) });
    }
  }

  #limit(limit: Limit): void {
    const { value, text, isDashed } = limit;
    const { ctx, bbox } = this.#plot;
    const ratio = uPlot.pxRatio;
    const y = Math.round(this.#plot.valToPos(value, 'y', true)) + 0.5;
    if (y < bbox.top) return;
    ctx.strokeStyle = this.#colour('text');
    ctx.lineWidth = ratio;
    ctx.setLineDash(isDashed === true ? [5 * ratio, 4 * ratio] : []);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
    this.#hits(limit, y);
    ctx.font = `${11 * ratio}px ${this.#fontOf().slice(5)}`;
    ctx.textAlign = 'right';
    const isLow = y - bbox.top < 16 * ratio;
    ctx.textBaseline = isLow ? 'top' : 'bottom';
    const [x, at] = [bbox.left + bbox.width - 4 * ratio, y + (isLow ? 3 : -3) * ratio];
    ctx.lineWidth = 3 * ratio;
    ctx.lineJoin = 'round';
    ctx.strokeStyle = this.#colour('panel');
    ctx.strokeText(text, x, at);
    ctx.fillStyle = this.#colour('text');
    ctx.fillText(text, x, at);
  }

  /** Where the limit was hit the line is thick, and red. */
  #hits({ hits, step }: Limit, y: number): void {
    const { ctx, bbox } = this.#plot;
    const { view } = this.#drawing;
    ctx.fillStyle = this.#colour('refuse');
    const least = 3 * uPlot.pxRatio;
    for (const at of hits) {
      if (at < view.from - step || at > view.to) continue;
      const from = Math.floor(at / step) * step;
      const x = Math.max(this.#plot.valToPos(from, 'x', true), bbox.left);
      const width = this.#plot.valToPos(from + step, 'x', true) - x;
      ctx.fillRect(x, y - least / 2, Math.max(width, least), least);
    }
  }
}

function steps(): number[] {
  return Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();
}

/** A colour that the grid can be seen through. */
const tinted = (colour: string) => (/^#[\da-f]{6}$/i.test(colour) ? `${colour}24` : 'transparent');

function numberText(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toFixed(1))} M`;
  return value >= 10_000 ? `${Number((value / 1000).toFixed(1))} k` : count(value);
}

function line(name: string): HTMLElement {
  const element = document.createElement('div');
  element.className = name;
  element.hidden = true;
  return element;
}

function dataOf({ curves, step }: Drawing): uPlot.AlignedData {
  const length = Math.max(0, ...curves.map(({ values }) => values.length));
  // One instant more: the last step has a width, too.
  const times = Array.from({ length: length + 1 }, (_, index) => index * step);
  return [times, ...curves.map(({ values }) => [...values, values.at(-1) ?? null])];
}

interface Marked {
  readonly shape: Shape;
  readonly x: number;
  readonly y: number;
  readonly colour: string;
}

function mark(ctx: CanvasRenderingContext2D, { shape, x, y, colour }: Marked): void {
  const half = (SHAPE * uPlot.pxRatio) / 2;
  ctx.beginPath();
  ctx.fillStyle = colour;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  switch (shape) {
    case '●':
    case '○':
      ctx.arc(x, y, half * 0.9, 0, Math.PI * 2);
      break;
    case '▲':
      ctx.moveTo(x, y - half);
      ctx.lineTo(x + half, y + half);
      ctx.lineTo(x - half, y + half);
      ctx.closePath();
      break;
    case '■':
      ctx.rect(x - half * 0.9, y - half * 0.9, half * 1.8, half * 1.8);
      break;
    case '◆':
      ctx.moveTo(x, y - half * 1.2);
      ctx.lineTo(x + half * 1.2, y);
      ctx.lineTo(x, y + half * 1.2);
      ctx.lineTo(x - half * 1.2, y);
      ctx.closePath();
      break;
    case '×':
      ctx.moveTo(x - half, y - half);
      ctx.lineTo(x + half, y + half);
      ctx.moveTo(x + half, y - half);
      ctx.lineTo(x - half, y + half);
      break;
    case '':
      return;
  }
  if (shape === '○' || shape === '×') ctx.stroke();
  else ctx.fill();
}
