// Findings as a list: each opens to what it rests on.
import type { Finding } from '../../../core/contract/verdict.ts';
import { counterText, counterWords, words } from './explain.ts';
import { FindingEvidence, FindingFacts } from './FindingFacts.tsx';

interface LookedProps {
  readonly title?: string;
  readonly findings: readonly Finding[];
}

export function LookedAt({ title, findings }: LookedProps) {
  return (
    <>
      {title !== undefined && <h3>{title}</h3>}
      <ul className="looked">
        {findings.map((finding, index) => (
          <li key={index}>
            <details>
              <summary>
                <span>
                  {words(finding.check)}
                  <span className="muted small">{finding.text}</span>
                </span>
                <span className="muted number">{aside(finding)}</span>
              </summary>
              <dl className="facts">
                <FindingFacts finding={finding} />
                <FindingEvidence finding={finding} withoutCounters />
              </dl>
            </details>
            {finding.counters?.map((counter) => (
              <div key={counter.name} className="looked-counter">
                <span>{words(counter.name)}</span>
                <span className="muted number">{counterWords(counter)}</span>
              </div>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The one figure of a finding that fits behind its name. */
function aside(finding: Finding): string {
  if (finding.counter) return counterText(finding.counter);
  if (finding.spare === true) return 'spared';
  return finding.action === 'ignore' ? '' : finding.action;
}
