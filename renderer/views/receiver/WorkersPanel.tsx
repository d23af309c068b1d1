// How busy the workers are: what they do now, what they did, and how much of their time was work in the last minute.
import { usePolled } from '../../state/asking.ts';
import { Say } from '../../ui/Field.tsx';
import { count } from '../../ui/figures.ts';
import { Meter } from '../../ui/Meter.tsx';

const EVERY = 1000;
const [WIDE, HIGH] = [240, 44];

export function WorkersPanel() {
  const { answer, error } = usePolled('workers.state', {}, EVERY);
  if (!answer) return <Say tone="refuse" text={error} />;
  const { running, working, waiting, most, queue, done, failed, turnedAway, use } = answer;
  return (
    <section className="workers-panel" aria-label="Workers now">
      <Spark use={use} />
      <dl className="workers-now">
        <div>
          <dt>at work</dt>
          <dd>
            {count(working)} <span className="muted">of {count(most)}</span>
            <Meter label="Workers at work" value={working} limit={most} />
          </dd>
        </div>
        <div>
          <dt>waiting</dt>
          <dd>
            {count(waiting)} <span className="muted">of {count(queue)}</span>
            <Meter label="Messages waiting" value={waiting} limit={queue} tone={waiting >= queue ? 'refuse' : 'open'} />
          </dd>
        </div>
        <div>
          <dt>done</dt>
          <dd>{count(done)}</dd>
        </div>
        <div>
          <dt>failed</dt>
          <dd>
            {failed > 0 && <span aria-hidden>■ </span>}
            {count(failed)}
          </dd>
        </div>
        <div>
          <dt>turned away</dt>
          <dd>
            {turnedAway > 0 && <span aria-hidden>▲ </span>}
            {count(turnedAway)}
          </dd>
        </div>
      </dl>
      <p className="small muted">
        {running === 0
          ? 'No worker runs: the first message that needs one starts it.'
          : `${count(running)} running. Counted since the receiver was started.`}
      </p>
    </section>
  );
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

function Spark({ use }: { readonly use: readonly number[] }) {
  const now = use.at(-1) ?? 0;
  const mean = use.length === 0 ? 0 : use.reduce((sum, one) => sum + one, 0) / use.length;
  const peak = Math.max(0, ...use);
  const x = (index: number) => (use.length < 2 ? 0 : (index / (use.length - 1)) * WIDE);
  const y = (share: number) => HIGH - 1 - Math.min(1, share) * (HIGH - 2);
  const line = use.map((share, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)},${y(share).toFixed(1)}`);
  const words = `Use of the workers in the last minute: now ${percent(now)}, on average ${percent(mean)}, at most ${percent(peak)}`;
  return (
    <figure className="workers-spark">
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={words}>
        <path className="spark-area" d={`${line.join('')}L${WIDE},${HIGH}L0,${HIGH}Z`} />
        <path className="spark-line" d={line.join('')} />
      </svg>
      <figcaption className="small muted" aria-hidden>
        use in the last minute: {percent(now)} now, {percent(mean)} on average, {percent(peak)} at most
      </figcaption>
    </figure>
  );
}
