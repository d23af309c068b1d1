// The curves as a table: every value that a chart would show, for who reads rather than looks.
import { useMemo } from 'react';
import { instantText } from '../../../ui/chart/ticks.ts';
import { inSteps, isCounted } from './model.ts';
import { besideOf, type Showing } from './showing.ts';
import { amount } from './words.ts';

/** Rows at most: the steps of each are taken together. */
const ROWS = 60;

export function SeriesTable({ showing }: { readonly showing: Showing }) {
  const { played, beside, view, step, charts } = showing;
  const width = Math.max(1, Math.ceil((view.to - view.from) / step / ROWS)) * step;
  const columns = useMemo(
    () =>
      charts
        .flatMap(({ series }) => series)
        .flatMap((series) => {
          const other = besideOf(showing, series);
          const title = isCounted(series.kind) ? series.title : `${series.title}, most`;
          return [
            {
              id: series.id,
              title,
              limit: series.limit,
              values: inSteps(series, played.timeline.step, width),
            },
            ...(other && beside
              ? [
                  {
                    id: `${series.id} beside`,
                    title: `${title}, beside`,
                    limit: other.limit,
                    values: inSteps(other, beside.timeline.step, width),
                  },
                ]
              : []),
          ];
        }),
    [charts, showing, played, beside, width],
  );
  const [first, last] = [Math.floor(view.from / width), Math.ceil(Math.min(view.to, view.to) / width)];
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index).filter((row) =>
    columns.some(({ values }) => values[row] !== undefined),
  );
  return (
    <>
      <p className="small muted">Each row is {instantText(width, step)} long, from the time it names on.</p>
      <div className="course-table" role="region" aria-label="Values over time" tabIndex={0}>
        <table className="table" aria-label="Values over time">
          <thead>
            <tr>
              <th scope="col">from</th>
              {columns.map(({ id, title, limit }) => (
                <th key={id} scope="col" className="number">
                  {title}
                  {limit !== undefined && `, limit ${amount(limit)}`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                <th scope="row">{instantText(row * width, step)}</th>
                {columns.map(({ id, values }) => (
                  <td key={id} className="number">
                    {values[row] === undefined ? '–' : amount(values[row])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
