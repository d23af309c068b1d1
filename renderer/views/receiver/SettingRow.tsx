// One setting of the form: label and path, control and unit, what it would be by default, what is wrong, and help on demand.
import { ChevronRight, RotateCcw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Meta } from '../../../core/contract/settings/leaf.ts';
import { Button, IconButton, Jump } from '../../ui/Button.tsx';
import { BasisBadge } from '../../ui/Chip.tsx';
import { Dotted } from '../../ui/Dotted.tsx';
import { Say } from '../../ui/Field.tsx';
import { count } from '../../ui/figures.ts';
import { setValue, useDraft } from './draft.ts';
import { adviceAt, lineNamed, oneLine, warnings } from './problems.ts';
import { equal, type Node, valueAt } from './tree.ts';

export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string;
  readonly 'aria-invalid': boolean;
  readonly 'data-control': '';
}

interface RowProps {
  readonly path: string;
  readonly node: Node;
  /** Words beside the path, when the field is about more than its title says. */
  readonly isBlock?: boolean;
  readonly children: (control: ControlProps) => ReactNode;
}

/** What is wrong at exactly this place; for a leaf also with a word of it. */
export function useProblem(path: string, isLeaf = false): string | undefined {
  return useDraft(({ own, host }) => {
    const isHere = (at: string) => at === path || (isLeaf && at.startsWith(`${path}.`));
    for (const [at, message] of own) if (isHere(at)) return message;
    return host.find((problem) => isHere(problem.path))?.message;
  });
}

export function SettingRow({ path, node, isBlock = false, children }: RowProps) {
  const { meta } = node;
  const id = `set-${path.replaceAll('.', '-')}`;
  const value = useDraft((draft) => valueAt(draft.settings, path));
  const saved = useDraft((draft) => valueAt(draft.base?.settings, path));
  const problem = useProblem(path, true);
  const advice = useDraft((draft) => adviceAt(draft.settings, path));
  const advised = advice === '' ? [] : advice.split('\n');
  const warned = problem === undefined ? [...warnings(meta, value), ...advised] : [];
  const problemLine = meta.kind === 'lines' && problem !== undefined ? lineNamed(problem) : undefined;
  const isOwn = node.fallback !== undefined && !equal(value, node.fallback);
  const described = [`${id}-unit`, `${id}-error`, `${id}-warning`, `${id}-help`].join(' ');
  const isSingle = !['choice', 'flag', 'set', 'list'].includes(meta.kind);
  return (
    <div
      className="setting"
      data-setting={path}
      data-unsaved={saved !== undefined && !equal(value, saved) ? '' : undefined}
      data-block={isBlock ? '' : undefined}
    >
      <div className="setting-name">
        {isSingle ? <label htmlFor={id}>{meta.title}</label> : <span id={`${id}-label`}>{meta.title}</span>}
        <span className="setting-path">
          <Dotted text={path} />
        </span>
      </div>
      <div className="setting-body">
        <div className="setting-line">
          {children({
            id,
            'aria-describedby': described,
            'aria-invalid': problem !== undefined,
            'data-control': '',
          })}
          <span className="setting-unit" id={`${id}-unit`}>
            {meta.unit}
            {rangeOf(meta) !== undefined && <span className="setting-range">{rangeOf(meta)}</span>}
          </span>
          {isOwn && (
            <span className="setting-default">
              {meta.kind === 'lines' ? 'differs from the default' : `default ${titleOf(meta, node.fallback)}`}
              <IconButton
                icon={RotateCcw}
                label={`Reset ${meta.title} to its default`}
                onClick={() => setValue(path, node.fallback)}
              />
            </span>
          )}
        </div>
        <Say id={`${id}-error`} tone="refuse" text={problem} />
        {problemLine !== undefined && <Jump to={() => selectLine(id, problemLine)}>Go to line {problemLine}</Jump>}
        <div id={`${id}-warning`} className="says">
          {warned.map((text) => (
            <Say key={text} tone="defer" text={text} />
          ))}
        </div>
        <Help id={`${id}-help`} meta={meta} value={value} />
      </div>
      <div className="setting-basis">{meta.basis !== undefined && <BasisBadge basis={meta.basis} />}</div>
    </div>
  );
}

/** Selects a line of a text field, from 1. */
function selectLine(id: string, number: number): void {
  const field = document.getElementById(id);
  if (!(field instanceof HTMLTextAreaElement)) return;
  const lines = field.value.split('\n');
  const from = lines.slice(0, number - 1).join('\n').length + (number > 1 ? 1 : 0);
  field.focus();
  field.setSelectionRange(from, from + (lines[number - 1]?.length ?? 0));
}

/** `0 to 999`; nothing for what has no range. */
export function rangeOf(meta: Meta): string | undefined {
  if (meta.kind !== 'whole' && meta.kind !== 'limit') return undefined;
  if (meta.min === undefined || meta.max === undefined) return undefined;
  return `${count(meta.min)} to ${count(meta.max)}`;
}

/** A value in the words of its options. */
export function titleOf(meta: Partial<Meta>, value: unknown): string {
  const title = (one: unknown) => meta.options?.find((option) => option.value === one)?.title;
  if (Array.isArray(value) && meta.options) return value.map((one) => title(one) ?? String(one)).join(', ') || 'none';
  return title(value) ?? oneLine(value);
}

/** The first sentence of a help text, and the rest. */
export function splitHelp(help: string): readonly [string, string] {
  const end = /[.!?](?=\s+[\p{Lu}\d])/u.exec(help);
  return end ? [help.slice(0, end.index + 1), help.slice(end.index + 1).trim()] : [help, ''];
}

interface HelpProps {
  readonly id?: string;
  readonly meta: Meta;
  /** What it is set to: the help of that option is always shown. */
  readonly value?: unknown;
}

/** The first sentence always; the rest, the options and the source on demand. */
export function Help({ id, meta, value }: HelpProps) {
  const [isOpen, setOpen] = useState(false);
  const [first, rest] = splitHelp(meta.help ?? '');
  const options = (meta.options ?? []).filter((option) => option.help !== undefined);
  const chosen = options.find((option) => option.value === value);
  return (
    <div className="help" id={id}>
      {first}{' '}
      {!isOpen && chosen && (
        <>
          <strong>{chosen.title}:</strong> {chosen.help}{' '}
        </>
      )}
      {isOpen && (
        <>
          {rest}
          {options.length > 0 && (
            <dl className="facts">
              {options.map((option) => (
                <div key={option.value} className="facts-row">
                  <dt>{option.title}</dt>
                  <dd>{option.help}</dd>
                </div>
              ))}
            </dl>
          )}
          <span className="setting-source">Source: {meta.source}</span>
        </>
      )}
      {meta.source !== undefined && (
        <button
          type="button"
          className="more"
          aria-expanded={isOpen}
          aria-label={isOpen ? `Less about ${meta.title}` : `More about ${meta.title}`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'less' : 'more'}
        </button>
      )}
    </div>
  );
}

interface FoldHeadProps {
  readonly title: ReactNode;
  /** What it is, for screen readers, when the title does not say. */
  readonly kind?: string;
  readonly isOpen: boolean;
  readonly onTurn: (isOpen: boolean) => void;
  readonly controls: string;
  readonly children?: ReactNode;
}

/** The head of a part that opens and closes. */
export function FoldHead({ title, kind, isOpen, onTurn, controls, children }: FoldHeadProps) {
  return (
    <div className="fold-head">
      <button
        type="button"
        className="fold-button"
        aria-expanded={isOpen}
        aria-controls={controls}
        onClick={() => onTurn(!isOpen)}
      >
        <ChevronRight aria-hidden className="fold-arrow" />
        {kind !== undefined && <span className="unseen">{kind}: </span>}
        {title}
      </button>
      {children}
    </div>
  );
}

/** Resets a part of the form, when it differs from its default. */
export function ResetPart({
  path,
  node,
  title,
}: {
  readonly path: string;
  readonly node: Node;
  readonly title: string;
}) {
  const isOwn = useDraft(
    (draft) => node.fallback !== undefined && !equal(valueAt(draft.settings, path), node.fallback),
  );
  if (!isOwn) return null;
  return (
    <Button kind="ghost" icon={RotateCcw} onClick={() => setValue(path, node.fallback)} aria-label={`Reset ${title}`}>
      Reset
    </Button>
  );
}
