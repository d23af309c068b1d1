// What was found out about a message and who sent it: each finding drawn, with what it led to and what it asked.
import { ShieldQuestion } from 'lucide-react';
import type { Finding } from '../../../core/contract/verdict.ts';
import { go } from '../../state/place.ts';
import { Jump } from '../../ui/Button.tsx';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { counted } from '../../ui/figures.ts';
import { Evidence, WorkFacts } from '../sender/Evidence.tsx';
import { actionLook } from '../sender/looks.ts';
import { Questions } from '../sender/Questions.tsx';
import { When } from '../sender/when.ts';

interface ChecksProps {
  readonly findings: readonly Finding[];
  /** When the message was accepted, ms since 1970. */
  readonly at: number | undefined;
}

export function ChecksTab({ findings, at }: ChecksProps) {
  if (findings.length === 0)
    return (
      <EmptyState
        icon={ShieldQuestion}
        title="Nothing was asked about its sender"
        actions={<Button onClick={() => go({ view: 'receiver', setting: 'sender' })}>Checks of the sender</Button>}
      >
        Switch on DKIM, DMARC and the like: what they find out about a message is drawn here.
      </EmptyState>
    );
  const work = findings.find((finding) => finding.work)?.work;
  return (
    <When value={at}>
      <div className="scroll checks-tab" tabIndex={0} role="group" aria-label="Checks" data-pane-focus="">
        {findings.map((finding, index) => (
          <Checked key={index} finding={finding} />
        ))}
        {work && (
          <section className="evidence checked" aria-label="Worker">
            <h3>The work on it</h3>
            <WorkFacts work={work} />
          </section>
        )}
      </div>
    </When>
  );
}

function Checked({ finding: { answer, action, setting, dns = [] } }: { readonly finding: Finding }) {
  if (!answer) return null;
  const { tone, shape } = actionLook(action);
  return (
    <article className="checked">
      <Evidence answer={answer} />
      <div className="row small">
        <Chip tone={tone} shape={shape}>
          {action}
        </Chip>
        {setting !== undefined && (
          <Jump to={() => go({ view: 'receiver', setting })} className="link mono">
            {setting}
          </Jump>
        )}
      </div>
      {dns.length > 0 && (
        <details>
          <summary className="small">{counted(dns.length, 'DNS question')}</summary>
          <div className="dns">
            <Questions questions={dns} />
          </div>
        </details>
      )}
    </article>
  );
}
