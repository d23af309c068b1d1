// When a check acts, as a line of the four moments it can; and, for the whole page, which checks act when.
import { go } from '../../../state/place.ts';
import { Segments } from '../../../ui/Choose.tsx';
import { setValue, useDraft } from '../draft.ts';
import type { ControlProps } from '../SettingRow.tsx';
import { valueAt } from '../tree.ts';
import { type ActingStage, actingStages, senderParts, stageOf, stageTitles, stateOf } from './parts.ts';

interface StageProps {
  readonly path: string;
  readonly control: ControlProps;
}

/** The stage of one check, chosen on the line. */
export function StageChoice({ path, control }: StageProps) {
  const value = useDraft((draft) => valueAt(draft.settings, path));
  const known = actingStages.find((stage) => stage === value);
  return (
    <span data-control="" className="stage-choice">
      <Segments<string>
        id={control.id}
        label="Acts at"
        look="stage-line"
        value={known ?? ''}
        options={actingStages.map((stage) => ({ value: stage, title: stageTitles[stage] }))}
        onChoose={(next) => setValue(path, next)}
      />
    </span>
  );
}

const fixed: Readonly<Partial<Record<ActingStage, string>>> = {
  rcpt: 'Always at RCPT: it needs network, sender and recipient.',
  message: 'Always at the end of the message: the header has to be there.',
};

/** For checks that have no choice. */
export function FixedStage({ stage }: { readonly stage: ActingStage }) {
  return (
    <p className="small muted fixed-stage">
      <span aria-hidden>● </span>
      {fixed[stage]}
    </p>
  );
}

/** All checks on one line of time. */
export function StageMap() {
  const sender = useDraft((draft) => valueAt(draft.settings, 'sender'));
  const parts = senderParts.map((part) => {
    const value = valueAt(sender, part.key);
    return { part, stage: stageOf(part, value), isOn: stateOf(part, value).isOn };
  });
  return (
    <ol className="stage-map" aria-label="Which check acts when">
      {actingStages.map((stage) => {
        const own = parts.filter((one) => one.stage === stage && one.isOn);
        return (
          <li key={stage}>
            <b>{stageTitles[stage]}</b>
            <span className="small muted">{about[stage]}</span>
            {own.length === 0 && <span className="small faint">nothing acts here</span>}
            {own.map(({ part }) => (
              <button
                key={part.key}
                type="button"
                className="link"
                onClick={() => go({ view: 'receiver', setting: part.path }, true)}
              >
                {part.node.meta.title}
              </button>
            ))}
          </li>
        );
      })}
    </ol>
  );
}

const about: Readonly<Record<ActingStage, string>> = {
  ehlo: 'before anybody can log in',
  mail: 'the sender is known',
  rcpt: 'the log shows recipients',
  message: 'header and body are there',
};
