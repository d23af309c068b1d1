// DMARC as a picture: the author's domain, and which identity speaks for it; below, what both readings make of it.
import type { DmarcAlignment, DmarcAnswer, DmarcReading } from '../../../core/contract/senderAnswers.ts';
import { Chip } from '../../ui/Chip.tsx';
import { Dotted } from '../../ui/Dotted.tsx';
import { ResultChip } from './ResultChip.tsx';

export function Alignment({ answer }: { readonly answer: DmarcAnswer }) {
  const { result, author, readings } = answer;
  const main = readings[0];
  return (
    <section className="evidence" aria-label="DMARC">
      <div className="row">
        <ResultChip result={result} />
        <span>
          DMARC {author === undefined ? 'has no author to ask for' : 'of '}
          {author !== undefined && (
            <span className="mono">
              <Dotted text={author} />
            </span>
          )}
        </span>
      </div>
      {main && (
        <div className="alignment" role="group" aria-label="Who speaks for the author">
          <Identities by="spf" title="SPF, the MAIL sender" all={main.alignments} isCompared={result !== 'none'} />
          <div className="alignment-author">
            <span className="small muted">From</span>
            <b className="mono">{author === undefined ? 'no one domain' : <Dotted text={author} />}</b>
            {main.organisation !== undefined && main.organisation !== author && (
              <span className="small muted">
                of <Dotted text={main.organisation} />
              </span>
            )}
          </div>
          <Identities by="dkim" title="DKIM, who signed" all={main.alignments} isCompared={result !== 'none'} />
        </div>
      )}
      {readings.length > 0 && <Readings readings={readings} />}
      {readings.map(({ reading, steps }) =>
        steps.length === 0 ? null : (
          <details key={reading} className="walk" open={reading === main?.reading}>
            <summary className="small">
              {steps.length === 1 ? 'One name was' : `${steps.length} names were`} asked for a policy, RFC {reading}
            </summary>
            <ol aria-label={`Names asked, RFC ${reading}`}>
              {steps.map(({ name, found, use }, index) => (
                <li key={index} data-use={use}>
                  <span className="mono">
                    <Dotted text={name} />
                  </span>
                  <Chip tone={useTones[use]} shape={useShapes[use]}>
                    {use}
                  </Chip>
                  <span className="mono small muted wrap">{found}</span>
                </li>
              ))}
            </ol>
          </details>
        ),
      )}
    </section>
  );
}

const useTones = { policy: 'ok', organisation: 'open', 'passed by': 'quiet', error: 'refuse' } as const;
const useShapes = { policy: '✓', organisation: '●', 'passed by': '○', error: '■' } as const;

interface IdentitiesProps {
  readonly by: DmarcAlignment['by'];
  readonly title: string;
  readonly all: readonly DmarcAlignment[];
  /** Without a policy nobody looks who speaks for the author. */
  readonly isCompared: boolean;
}

function Identities({ by, title, all, isCompared }: IdentitiesProps) {
  const own = all.filter((one) => one.by === by);
  return (
    <ul className="identities" data-by={by} aria-label={title}>
      {own.length === 0 && (
        <li data-link="none">
          <span className="small muted">{title}</span>
          <span className="muted">{isCompared ? 'nobody' : 'not compared: there is no policy'}</span>
        </li>
      )}
      {own.map((one, index) => {
        const { link, shape, words } = linkOf(one);
        return (
          <li key={index} data-link={link}>
            <span className="small muted">{title}</span>
            <span className="mono">
              <Dotted text={one.domain} />
            </span>
            <span className="small identity-link">
              <span aria-hidden>{shape} </span>
              {words}, {one.mode}
            </span>
            {one.organisation !== undefined && one.organisation !== one.domain && (
              <span className="small muted">
                of <Dotted text={one.organisation} />
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function linkOf({ aligned, passed }: DmarcAlignment) {
  if (aligned && passed) return { link: 'whole', shape: '✓', words: 'aligned, and it passes' } as const;
  if (aligned) return { link: 'broken', shape: '▲', words: 'aligned, but it does not pass' } as const;
  return {
    link: 'apart',
    shape: '×',
    words: passed ? 'passes, but not aligned' : 'does not pass, and is not aligned',
  } as const;
}

function Readings({ readings }: { readonly readings: readonly DmarcReading[] }) {
  const rows: readonly (readonly [string, (one: DmarcReading) => React.ReactNode])[] = [
    ['result', (one) => <ResultChip result={one.result} />],
    ['policy of', (one) => (one.policyDomain === undefined ? 'nobody' : <Dotted text={one.policyDomain} />)],
    ['tag', (one) => one.by ?? '–'],
    ['record', (one) => (one.record === undefined ? '–' : <span className="wrap">{one.record}</span>)],
    ['organisation', (one) => (one.organisation === undefined ? '–' : <Dotted text={one.organisation} />)],
    ['only tried', (one) => triedWords(one)],
    ['why', (one) => one.why ?? '–'],
  ];
  const shown = rows.filter(([, cell]) => readings.some((one) => cell(one) !== '–'));
  return (
    <table className="table readings" aria-label="Both readings of DMARC">
      <thead>
        <tr>
          <th scope="col">
            <span className="unseen">what</span>
          </th>
          {readings.map(({ reading }, index) => (
            <th key={reading} scope="col">
              RFC {reading}
              {index === 0 ? ', counts' : ', beside it'}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map(([title, cell]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            {readings.map((one) => (
              <td key={one.reading} className={title === 'result' ? undefined : 'mono'}>
                {cell(one)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function triedWords({ sampled, testing }: DmarcReading): string {
  if (testing === true) return 't=y: one step milder';
  if (sampled) return `pct=${sampled.pct}: ${sampled.in ? 'in' : 'not in'} the sample`;
  return '–';
}
