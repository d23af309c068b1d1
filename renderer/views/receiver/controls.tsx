// The controls of the form, one for each kind of leaf; what is typed is kept as it is, right or wrong.
import { useState } from 'react';
import type { Meta } from '../../../core/contract/settings/leaf.ts';
import { Button } from '../../ui/Button.tsx';
import { Segments, Select, Switch } from '../../ui/Choose.tsx';
import { setValue, useDraft } from './draft.ts';
import { OrderedSet } from './OrderedSet.tsx';
import { isStage } from './sender/parts.ts';
import { StageChoice } from './sender/StageLine.tsx';
import type { ControlProps } from './SettingRow.tsx';
import { valueAt } from './tree.ts';

interface LeafProps {
  readonly path: string;
  readonly meta: Meta;
  readonly control: ControlProps;
}

const useValue = (path: string) => useDraft((draft) => valueAt(draft.settings, path));

/** The control of a leaf. */
export function LeafControl({ path, meta, control }: LeafProps) {
  switch (meta.kind) {
    case 'whole':
      return <NumberControl path={path} meta={meta} control={control} />;
    case 'limit':
      return <LimitControl path={path} meta={meta} control={control} />;
    case 'lines':
      return <LinesControl path={path} meta={meta} control={control} />;
    case 'flag':
      return <FlagControl path={path} meta={meta} control={control} />;
    case 'choice':
      return <ChoiceControl path={path} meta={meta} control={control} />;
    case 'set':
      return meta.ordered === true ? (
        <OrderedSet path={path} meta={meta} control={control} />
      ) : (
        <SetControl path={path} meta={meta} control={control} />
      );
    default:
      return <TextControl path={path} meta={meta} control={control} />;
  }
}

/** What a text stands for: a number when it is written as one, else itself. */
export function readNumber(text: string): number | string {
  const plain = text.trim();
  return /^-?(0|[1-9]\d{0,14})$/.test(plain) ? Number(plain) : text;
}

function asText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}

function NumberControl({ path, meta, control }: LeafProps) {
  const value = useValue(path);
  const [typed, setTyped] = useState<string>();
  const text = typed !== undefined && readNumber(typed) === value ? typed : asText(value);
  const type = (next: string) => {
    setTyped(next);
    setValue(path, readNumber(next));
  };
  const step = (by: number) => {
    if (typeof value === 'number') type(String(Math.min(meta.max ?? Infinity, Math.max(meta.min ?? 0, value + by))));
  };
  return (
    <input
      {...control}
      className="input mono set-number"
      type="text"
      inputMode="numeric"
      autoComplete="off"
      spellCheck={false}
      size={Math.max(8, String(meta.max ?? 0).length + 1)}
      value={text}
      onChange={(event) => type(event.target.value)}
      onBlur={() => setTyped(undefined)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        step((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1));
      }}
    />
  );
}

function LimitControl(leaf: LeafProps) {
  const { path, meta } = leaf;
  const value = useValue(path);
  const saved = useDraft((draft) => valueAt(draft.base?.settings, path));
  const isUnlimited = value === 'unlimited';
  const number = typeof saved === 'number' ? saved : (meta.min ?? 0);
  return (
    <>
      <NumberControl {...leaf} />
      <Button
        aria-pressed={isUnlimited}
        aria-label={`${meta.title}: unlimited`}
        onClick={() => setValue(path, isUnlimited ? number : 'unlimited')}
      >
        unlimited
      </Button>
    </>
  );
}

function TextControl({ path, meta, control }: LeafProps) {
  const value = useValue(path);
  return (
    <input
      {...control}
      className="input mono set-text"
      type="text"
      autoComplete="off"
      spellCheck={false}
      placeholder={meta.placeholder}
      value={asText(value)}
      onChange={(event) => setValue(path, event.target.value)}
    />
  );
}

/** Characters above which a text is not put into a field: it was imported, not typed. */
const TOO_LONG = 100_000;

function LinesControl({ path, control }: LeafProps) {
  const value = asText(useValue(path));
  if (value.length > TOO_LONG)
    return (
      <textarea
        {...control}
        className="input mono set-lines"
        readOnly
        rows={8}
        value={`${value.slice(0, 4000)}\n… ${value.split('\n').length} lines in all: too long for this field, edit it in the YAML`}
      />
    );
  return (
    <textarea
      {...control}
      className="input mono set-lines"
      rows={Math.min(24, Math.max(5, value.split('\n').length + 1))}
      spellCheck={false}
      wrap="off"
      value={value}
      onChange={(event) => setValue(path, event.target.value)}
    />
  );
}

function FlagControl({ path, meta, control }: LeafProps) {
  const value = useValue(path) === true;
  return (
    <span className="set-flag" data-control="">
      <Switch id={control.id} label={meta.title} isOn={value} onTurn={(isOn) => setValue(path, isOn)} />
      <span className="muted" aria-hidden>
        {value ? 'on' : 'off'}
      </span>
    </span>
  );
}

/** Characters all titles together may have for a row of segments; beyond, a drop-down. */
const SEGMENTS = 48;

function ChoiceControl({ path, meta, control }: LeafProps) {
  const value = asText(useValue(path));
  const options = meta.options ?? [];
  if (isStage(path)) return <StageChoice path={path} control={control} />;
  const isShort = options.reduce((sum, option) => sum + option.title.length, 0) <= SEGMENTS;
  const isKnown = options.some((option) => option.value === value);
  if (isShort && isKnown)
    return (
      <span data-control="">
        <Segments
          id={control.id}
          label={meta.title}
          value={value}
          options={options}
          onChoose={(next) => setValue(path, next)}
        />
      </span>
    );
  const all = isKnown ? options : [{ value, title: value === '' ? 'choose' : value }, ...options];
  return (
    <Select
      {...control}
      aria-label={meta.title}
      value={value}
      options={all}
      onChoose={(next) => setValue(path, next)}
    />
  );
}

function SetControl({ path, meta, control }: LeafProps) {
  const value = useValue(path);
  const chosen: readonly unknown[] = Array.isArray(value) ? value : [];
  const options = meta.options ?? [];
  const turn = (option: string, isOn: boolean) =>
    setValue(path, isOn ? [...chosen, option] : chosen.filter((one) => one !== option));
  return (
    <div className="set-set" role="group" aria-labelledby={`${control.id}-label`} data-control="">
      <div className="row">
        {options.map((option) => (
          <label key={option.value} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(option.value)}
              onChange={(event) => turn(option.value, event.target.checked)}
            />
            {option.title}
          </label>
        ))}
      </div>
    </div>
  );
}

/** The list with two items in each other's place. */
export function swapped<T>(items: readonly T[], one: number, other: number): readonly T[] {
  const next = [...items];
  const [first, second] = [next[one], next[other]];
  if (first === undefined || second === undefined) return items;
  next[one] = second;
  next[other] = first;
  return next;
}
