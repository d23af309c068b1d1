// A chart: curves over time on a canvas, drawn by uPlot when it comes into sight.
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Drawing, Pointers } from './curves.ts';
import type { Plot, PlotEvents } from './plot.ts';

interface ChartProps extends PlotEvents {
  /** What a person who does not see it is told. */
  readonly label: string;
  readonly drawing: Drawing;
  readonly pointers: Pointers;
}

export function Chart({ label, drawing, pointers, ...events }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(undefined);
  const isSeen = useSeen(place);
  const [error, setError] = useState<string>();
  // What a plot asks for while it lives: always the newest.
  const now = useRef({ drawing, events });
  useEffect(() => {
    now.current = { drawing, events };
  });
  // Another set of curves is another plot; another value is not.
  const curves = drawing.curves.map(({ id, isDashed }) => `${id}${isDashed === true ? ' dashed' : ''}`).join('\n');
  useEffect(() => {
    const parent = place.current;
    if (!parent || !isSeen) return undefined;
    const stops: (() => void)[] = [];
    let isGone = false;
    const load = async () => {
      const { Plot: Made } = await import('./plot.ts');
      if (isGone) return;
      const made = new Made(parent, now.current.drawing, {
        onHover: (at) => now.current.events.onHover(at),
        onPick: (at) => now.current.events.onPick(at),
        onZoom: (from, to) => now.current.events.onZoom(from, to),
      });
      plot.current = made;
      const point = () => {
        const { cursor, hover } = pointers.get();
        made.point(cursor, hover);
      };
      const sizes = new ResizeObserver(() => {
        made.resize(parent.clientWidth, parent.clientHeight);
        point();
      });
      sizes.observe(parent);
      const theme = new MutationObserver(() => made.recolour());
      theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
      stops.push(
        pointers.subscribe(point),
        () => sizes.disconnect(),
        () => theme.disconnect(),
        () => made.destroy(),
      );
      point();
    };
    load().catch(
      (failure: unknown) => !isGone && setError(failure instanceof Error ? failure.message : String(failure)),
    );
    return () => {
      isGone = true;
      plot.current = undefined;
      for (const stop of stops) stop();
    };
  }, [curves, pointers, isSeen]);
  useEffect(() => {
    if (!isSeen) return;
    plot.current?.draw(drawing);
    const { cursor, hover } = pointers.get();
    plot.current?.point(cursor, hover);
  }, [drawing, pointers, isSeen]);
  return (
    <div className="chart" ref={place} role="img" aria-label={label}>
      {error !== undefined && <p className="small">The chart could not be drawn: {error}</p>}
    </div>
  );
}

/** Whether it is in sight, or nearly. */
function useSeen(ref: RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting === true), {
      rootMargin: '200px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return isSeen;
}
