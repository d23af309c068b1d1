// One finding as terms and descriptions: its check, counter, setting, rules, DNS answers and further evidence.
import type { DnsQuestion } from '../../../core/contract/facts.ts';
import type { Counter, Finding, RuleEvidence } from '../../../core/contract/verdict.ts';
import { aboutSetting, valueAt } from '../../state/about.ts';
import { go } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Jump } from '../../ui/Button.tsx';
import { BasisBadge } from '../../ui/Chip.tsx';
import { duration } from '../../ui/figures.ts';
import { Meter } from '../../ui/Meter.tsx';
import { Evidence as Drawn, WorkFacts } from '../sender/Evidence.tsx';
import { Questions } from '../sender/Questions.tsx';
import { asOffered, counterWords, limitOf, valueText, words } from './explain.ts';

/** What was asked, what came of it, and which setting made that count. */
export function FindingFacts({ finding }: { readonly finding: Finding }) {
  const { counter, setting } = finding;
  return (
    <>
      <dt>check</dt>
      <dd title={finding.check}>
        {words(finding.check)} {finding.spare === true && <span className="muted">(spared)</span>}
      </dd>
      <dt>finding</dt>
      <dd>
        {finding.text}
        {counter && <CounterMeter counter={counter} />}
      </dd>
      {setting !== undefined && (
        <>
          <dt>setting</dt>
          <dd>
            <SettingLink path={setting} had={finding.value} />
          </dd>
        </>
      )}
      {finding.action !== 'ignore' && (
        <>
          <dt>action</dt>
          <dd>{finding.silent === true ? `${finding.action}, silently` : finding.action}</dd>
        </>
      )}
    </>
  );
}

interface EvidenceProps {
  readonly finding: Finding;
  /** Counters stand elsewhere already. */
  readonly withoutCounters?: boolean;
}

/** Whether there is anything behind a finding to show. */
export function hasEvidence({ counters = [], rule, rules = [], dns = [], evidence = {}, ...more }: Finding): boolean {
  const lists = counters.length + rules.length + dns.length + Object.keys(evidence).length;
  return lists > 0 || [rule, more.ms, more.answer, more.work].some((one) => one !== undefined);
}

/** What a finding rests on: evidence, counters, rules, DNS answers, and how long it took. */
export function FindingEvidence({ finding, withoutCounters = false }: EvidenceProps) {
  const { counters = [], rule, rules = [], dns = [], evidence = {}, answer, work } = finding;
  return (
    <>
      {answer && (
        <div className="dns">
          <dt className="unseen">what was found</dt>
          <dd>
            <Drawn answer={answer} />
          </dd>
        </div>
      )}
      {(answer ? [] : Object.entries(evidence)).map(([label, value]) => (
        <Evidence key={label} label={label} value={value} />
      ))}
      {!withoutCounters && counters.length > 0 && (
        <>
          <dt>counters</dt>
          <dd>
            {counters.map((one) => (
              <div key={one.name} className="looked-counter">
                <span>{words(one.name)}</span>
                <span className="muted number">{counterWords(one)}</span>
              </div>
            ))}
          </dd>
        </>
      )}
      {rule && rules.length === 0 && (
        <>
          <dt>rule</dt>
          <dd>
            <Rule rule={rule} />
          </dd>
        </>
      )}
      {rules.length > 0 && <RuleTrace rules={rules} decider={rule} />}
      {dns.length > 0 && <DnsTable questions={dns} />}
      {work && (
        <>
          <dt>worker</dt>
          <dd>
            <WorkFacts work={work} />
          </dd>
        </>
      )}
      {finding.ms !== undefined && (
        <>
          <dt>check took</dt>
          <dd>{duration(finding.ms)}</dd>
        </>
      )}
    </>
  );
}

function Evidence({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <>
      <dt>{words(label)}</dt>
      <dd className="mono">{value === '' ? '(empty)' : value}</dd>
    </>
  );
}

function CounterMeter({ counter }: { readonly counter: Counter }) {
  const limit = limitOf(counter);
  const isOver = limit > 0 && counter.value > limit;
  return (
    <div className="counter">
      <span className="muted small">
        {words(counter.name)}: {counterWords(counter)}
      </span>
      <Meter label={words(counter.name)} value={counter.value} limit={limit} tone={isOver ? 'refuse' : 'open'} />
    </div>
  );
}

/** A setting with the value it had, what it is now if that differs, and how sure its meaning is; leads to its field. */
export function SettingLink({ path, had }: { readonly path: string; readonly had: unknown }) {
  const settings = useWorkbench((state) => state.settings?.settings);
  const unavailable = useWorkbench((state) => state.receiver?.unavailable);
  const about = aboutSetting(path);
  const now = settings && asOffered(valueAt(settings, path), unavailable);
  const value = valueText(had === undefined ? now : had);
  const hasChanged = had !== undefined && now !== undefined && JSON.stringify(now) !== JSON.stringify(had);
  const isGone = had !== undefined && settings !== undefined && now === undefined;
  return (
    <>
      <Jump to={() => go({ view: 'receiver', setting: path })} title={about?.help}>
        <span className="mono">
          {path}
          {value === '' ? '' : ` = ${value}`}
        </span>
      </Jump>
      {hasChanged && <div className="small muted">now {valueText(now)}: changed since this session began</div>}
      {isGone && (
        <div className="small muted">not in the settings as they are now: a scenario brought it, or it was removed</div>
      )}
      {about && (
        <div className="small muted">
          <BasisBadge basis={about.basis} /> {about.source}
        </div>
      )}
    </>
  );
}

function Rule({ rule }: { readonly rule: RuleEvidence }) {
  return (
    <>
      <Jump to={() => go({ view: 'receiver', setting: rule.path })}>
        {rule.action} {rule.ipSet ?? 'any other address'}
      </Jump>{' '}
      <span className="muted small">
        {rule.layer === 'last' ? 'the last rule' : rule.layer}
        {rule.priority !== undefined && `, priority ${rule.priority}`}
      </span>
    </>
  );
}

function RuleTrace({
  rules,
  decider,
}: {
  readonly rules: readonly RuleEvidence[];
  readonly decider: RuleEvidence | undefined;
}) {
  return (
    <>
      <dt>rules asked</dt>
      <dd>
        <ol className="trace">
          {rules.map((rule) => (
            <li key={rule.path} aria-current={rule.path === decider?.path ? 'true' : undefined}>
              <Rule rule={rule} />
            </li>
          ))}
        </ol>
      </dd>
    </>
  );
}

function DnsTable({ questions }: { readonly questions: readonly DnsQuestion[] }) {
  return (
    <div className="dns">
      <dt>DNS</dt>
      <dd>
        <Questions questions={questions} />
      </dd>
    </div>
  );
}
