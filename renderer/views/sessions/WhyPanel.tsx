// Why an answer was given: verdict, check, finding, counter, setting, rules, DNS, reply; and what else was looked at.
import { HelpCircle } from 'lucide-react';
import type { RefObject } from 'react';
import { create } from 'zustand';
import type { LoginAccount } from '../../../core/contract/login.ts';
import type { TranscriptItem } from '../../../core/contract/transcript.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Jump } from '../../ui/Button.tsx';
import { BasisBadge } from '../../ui/Chip.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { duration } from '../../ui/figures.ts';
import { PaneHead } from '../../ui/Pane.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { When } from '../sender/when.ts';
import { type Answer, answerTo, codesOf, kindred, toneOf, verb, words } from './explain.ts';
import { FindingEvidence, FindingFacts, hasEvidence } from './FindingFacts.tsx';
import { LoginPanel } from './LoginPanel.tsx';
import { LookedAt } from './LookedAt.tsx';

type WhyTab = 'why' | 'login';

/** What the pane shows of sessions with logins. */
const useTab = create<{ readonly tab: WhyTab }>(() => ({ tab: 'why' }));

export const showWhyTab = (tab: WhyTab) => useTab.setState({ tab });

interface WhyProps {
  readonly items: readonly TranscriptItem[];
  readonly logins: readonly LoginAccount[];
  readonly line: number | undefined;
  readonly onLine: (n: number) => void;
  readonly onLeave: () => void;
  readonly panel: RefObject<HTMLElement | null>;
}

export function WhyPanel({ items, logins, line, onLine, onLeave, panel }: WhyProps) {
  const tab = useTab((state) => state.tab);
  const answer = line === undefined ? undefined : answerTo(items, line);
  const whose = answer && (
    <span className="muted small">
      {answer.n === line ? `line ${line}` : `line ${line}, answered in line ${answer.n}`}
    </span>
  );
  return (
    <section
      className="pane"
      aria-label="Why"
      data-pane=""
      ref={panel}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onLeave();
      }}
    >
      {logins.length > 0 ? (
        <Tabs<WhyTab>
          label="Why, and who logged in"
          value={tab}
          onChange={showWhyTab}
          tabs={[
            { id: 'why', title: 'Why', content: () => <Why items={items} answer={answer} onLine={onLine} /> },
            {
              id: 'login',
              title: logins.length > 1 ? `Logins ${logins.length}` : 'Login',
              content: () => (
                <div className="scroll why" tabIndex={0} role="group" aria-label="Logins of this session">
                  <LoginPanel logins={logins} line={line} onLine={onLine} />
                </div>
              ),
            },
          ]}
          beside={tab === 'why' ? whose : line !== undefined && <span className="muted small">line {line}</span>}
        />
      ) : (
        <>
          <PaneHead>
            <h2>Why</h2>
            <span className="grow" />
            {whose}
          </PaneHead>
          <Why items={items} answer={answer} onLine={onLine} />
        </>
      )}
    </section>
  );
}

interface AnswerProps {
  readonly items: readonly TranscriptItem[];
  readonly answer: Answer | undefined;
  readonly onLine: (n: number) => void;
}

function Why({ items, answer, onLine }: AnswerProps) {
  const started = useWorkbench(({ sessions, open }) => sessions.byId.get(open.id)?.started);
  return answer ? (
    <div className="scroll why" key={answer.n} tabIndex={0} role="group" aria-label="Reasons" data-pane-focus="">
      <When value={started === undefined ? undefined : started + answer.t}>
        <Reasons answer={answer} />
      </When>
      <Kindred others={kindred(items, answer)} onLine={onLine} />
    </div>
  ) : (
    <EmptyState
      icon={HelpCircle}
      title={items.length === 0 ? 'Every answer has a reason' : 'No answer belongs to this line'}
    >
      {items.length === 0
        ? 'Open a session and choose a line: the check, the finding and the setting that decided appear here.'
        : 'Choose a line of the server to see why it was said.'}
    </EmptyState>
  );
}

function Reasons({ answer }: { readonly answer: Answer }) {
  const { verdict } = answer;
  const decider = verdict.findings[verdict.decider ?? -1];
  const others = verdict.findings.filter((finding) => finding !== decider);
  return (
    <>
      <div className="verdict" data-tone={toneOf(answer)}>
        <div>
          <b>{verb(answer)}</b> at <b>{verdict.stage}</b>
          {verdict.closes !== undefined && <span> and close{verdict.closes === 'silent' && ' without a word'}</span>}
        </div>
        <div className="verdict-because">{verdict.because}</div>
      </div>
      <h3>Because</h3>
      <dl className="facts">
        {decider ? (
          <FindingFacts finding={decider} />
        ) : (
          <>
            <dt>check</dt>
            <dd>{checkWords(answer)}</dd>
          </>
        )}
        <dt>reason</dt>
        <dd className="mono">{verdict.reason}</dd>
        <dt>reply</dt>
        <dd>
          <span className="mono">{codesOf(answer)}</span> <BasisBadge basis={verdict.basis} />
          {verdict.rfc !== undefined && <div className="muted small">{verdict.rfc}</div>}
        </dd>
        {verdict.ms !== undefined && (
          <>
            <dt>stage took</dt>
            <dd>{duration(verdict.ms)}</dd>
          </>
        )}
      </dl>
      {decider && hasEvidence(decider) && (
        <>
          <h3>Evidence</h3>
          <dl className="facts">
            <FindingEvidence finding={decider} />
          </dl>
        </>
      )}
      {others.length > 0 && <LookedAt title={decider ? 'Also looked at' : 'Looked at'} findings={others} />}
    </>
  );
}

/** Which checks stand behind an answer that none of them decided. */
function checkWords({ verdict }: Answer): string {
  if (verdict.findings.length === 0)
    return verdict.action === 'accept' ? 'no objection' : 'none: the protocol itself says so';
  const names = verdict.findings.map(({ check }) => words(check));
  return `${[...new Set(names)].join(', ')}: no objection`;
}

/** The most lines named. */
const NAMED = 12;

function Kindred({ others, onLine }: { readonly others: readonly Answer[]; readonly onLine: (n: number) => void }) {
  if (others.length === 0) return null;
  return (
    <>
      <h3>The same check decided</h3>
      <div className="row small">
        {others.slice(0, NAMED).map(({ n }) => (
          <Jump key={n} to={() => onLine(n)}>
            line {n}
          </Jump>
        ))}
        {others.length > NAMED && <span className="muted">and {others.length - NAMED} more</span>}
      </div>
    </>
  );
}
