// An ARC chain: who sealed the message on its way, in order, what each found, and who is trusted.
import { useContext } from 'react';
import type { ArcAnswer } from '../../../core/contract/senderAnswers.ts';
import { Chip } from '../../ui/Chip.tsx';
import { Dotted } from '../../ui/Dotted.tsx';
import { Say } from '../../ui/Field.tsx';
import { counted, moment } from '../../ui/figures.ts';
import { span } from './looks.ts';
import { ResultChip } from './ResultChip.tsx';
import { When } from './when.ts';

export function Chain({ answer }: { readonly answer: ArcAnswer }) {
  const { result, why, sets, trusted } = answer;
  const when = useContext(When);
  return (
    <section className="evidence" aria-label="ARC chain">
      <div className="row">
        <ResultChip result={result} />
        <span>{sets.length === 0 ? 'Nobody sealed the message.' : `ARC, ${counted(sets.length, 'seal')}`}</span>
        {sets.length > 0 && (
          <Chip tone={trusted ? 'ok' : 'quiet'} shape={trusted ? '✓' : '○'}>
            {trusted ? 'all of them trusted' : 'not all trusted'}
          </Chip>
        )}
      </div>
      {why !== undefined && <Say tone={result === 'fail' ? 'refuse' : 'defer'} text={why} />}
      <ol className="chain" aria-label="Seals, the first one first">
        {sets.map(({ instance, domain, selector, cv, signed, trusted: isTrusted, results }) => (
          <li key={instance}>
            <div className="row">
              <b className="number">i={instance}</b>
              <span className="mono">
                <Dotted text={domain} />
              </span>
              <Chip tone={isTrusted ? 'ok' : 'quiet'} shape={isTrusted ? '✓' : '○'}>
                {isTrusted ? 'trusted' : 'not trusted'}
              </Chip>
            </div>
            <div className="small muted">
              cv={cv}, selector <span className="mono">{selector}</span>
              {signed !== undefined && `, ${moment(signed)}`}
              {signed !== undefined && when !== undefined && `, ${span(when - signed)} old`}
            </div>
            {results !== undefined && <div className="mono small wrap">{results}</div>}
          </li>
        ))}
      </ol>
    </section>
  );
}
