// A set whose order matters, as chips: added from a menu, dragged, moved by keys, removed; each can be looked at.
import { ArrowDownWideNarrow, ArrowLeft, ArrowRight, GripVertical, Plus, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { mechanismFacts } from '../../../core/contract/mechanisms.ts';
import type { Meta } from '../../../core/contract/settings/leaf.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { setValue, useDraft } from './draft.ts';
import { moved, placeWords, sorted, stepOf } from './order.ts';
import type { ControlProps } from './SettingRow.tsx';
import { StrengthMark } from './Strength.tsx';
import { valueAt } from './tree.ts';
import { useUnavailable, useUnused } from './unavailable.ts';

interface OrderedSetProps {
  readonly path: string;
  readonly meta: Meta;
  readonly control: ControlProps;
}

const keysText = 'Arrow keys walk, with Ctrl they move it, Delete removes it.';

export function OrderedSet({ path, meta, control }: OrderedSetProps) {
  const value = useDraft((draft) => valueAt(draft.settings, path));
  const items: readonly string[] = Array.isArray(value) ? value.map(String) : [];
  const options = meta.options ?? [];
  const inClear = path.endsWith('.clear');
  const unavailable = useUnavailable();
  const unused = useUnused(path);
  const [chosen, setChosen] = useState<string>();
  const [said, say] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const focus = useRef<string>(undefined);
  // Moving a chip in the document takes the focus off it.
  useEffect(() => {
    if (focus.current === undefined) return;
    list.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(focus.current)}"]`)?.focus();
    focus.current = undefined;
  });

  const put = (next: readonly string[], words: string) => {
    setValue(path, next);
    say(words);
  };
  const move = (item: string, to: number) => {
    const next = moved(items, items.indexOf(item), to);
    focus.current = item;
    setChosen(item);
    put(next, placeWords(next, item));
  };
  const remove = (item: string) => {
    const at = items.indexOf(item);
    const next = items.toSpliced(at, 1);
    const near = next[Math.min(at, next.length - 1)];
    focus.current = near;
    setChosen(near);
    put(next, `${item} removed`);
  };
  const add = (item: string) => {
    const next = [...items, item];
    setChosen(item);
    put(next, `${item} added: ${next.length} of ${next.length}`);
  };
  const walk = (event: KeyboardEvent<HTMLOListElement>) => {
    const item = event.target instanceof HTMLElement ? event.target.dataset['item'] : undefined;
    if (item === undefined) return;
    const at = items.indexOf(item);
    const step = stepOf(event.key, items.length);
    if (event.key === 'Delete' || event.key === 'Backspace') remove(item);
    else if (step === undefined) return;
    else if (event.ctrlKey || event.metaKey) move(item, at + step);
    else {
      const near = items[Math.max(0, Math.min(items.length - 1, at + step))];
      setChosen(near);
      focus.current = near;
      if (near === chosen) list.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(item)}"]`)?.focus();
    }
    event.preventDefault();
  };

  const left = options.filter((option) => !items.includes(option.value));
  const inOrder = sorted(
    items,
    options.map((option) => option.value),
  );
  const isSorted = inOrder.every((item, n) => item === items[n]);
  const why = (item: string) => unavailable.find(({ mechanism }) => mechanism === item)?.why;
  return (
    <div className="order-set" role="group" aria-labelledby={`${control.id}-label`} data-control="">
      <Chips
        items={items}
        chosen={chosen}
        inClear={inClear}
        isUnused={unused !== undefined}
        why={why}
        list={list}
        describedBy={`${control.id}-keys`}
        onChoose={setChosen}
        onMove={move}
        onRemove={remove}
        onKeyDown={walk}
      />
      <div className="order-line">
        <Menu
          align="start"
          trigger={
            <Button icon={Plus} disabled={left.length === 0}>
              Add
            </Button>
          }
          entries={left.map(({ value: item, title, help }): MenuEntry => ({
            kind: 'action',
            title,
            ...(help === undefined ? {} : { about: help }),
            mark: <StrengthMark mechanism={item} inClear={inClear} />,
            run: () => add(item),
          }))}
        />
        {!isSorted && mechanismFacts(items[0] ?? '') && (
          <Button kind="ghost" icon={ArrowDownWideNarrow} onClick={() => put(inOrder, 'Sorted, strongest first')}>
            Strongest first
          </Button>
        )}
      </div>
      <span className="unseen" id={`${control.id}-keys`}>
        {keysText}
      </span>
      <span className="unseen" aria-live="polite">
        {said}
      </span>
      {chosen !== undefined && items.includes(chosen) && (
        <Chosen
          item={chosen}
          at={items.indexOf(chosen)}
          of={items.length}
          help={options.find((option) => option.value === chosen)?.help}
          onMove={(to) => move(chosen, to)}
          onRemove={() => remove(chosen)}
        />
      )}
      <div className="says">
        {unused !== undefined && items.length > 0 && <p className="order-note">– {unused}</p>}
        {items.flatMap((item) => {
          const reason = why(item);
          return reason === undefined
            ? []
            : [
                <p key={item} className="order-note">
                  <span aria-hidden>– </span>
                  <b>{item}</b> is not offered: {reason}
                </p>,
              ];
        })}
      </div>
    </div>
  );
}

interface ChipsProps {
  readonly items: readonly string[];
  readonly chosen: string | undefined;
  readonly inClear: boolean;
  readonly isUnused: boolean;
  readonly why: (item: string) => string | undefined;
  readonly list: React.RefObject<HTMLOListElement | null>;
  readonly describedBy: string;
  readonly onChoose: (item: string | undefined) => void;
  readonly onMove: (item: string, to: number) => void;
  readonly onRemove: (item: string) => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLOListElement>) => void;
}

function Chips(props: ChipsProps) {
  const { items, chosen, inClear, isUnused, why, list, onChoose, onMove, onRemove } = props;
  const [dragged, setDragged] = useState<string>();
  const [over, setOver] = useState<number>();
  if (items.length === 0)
    return <p className="order-none">{inClear ? 'None: no AUTH before TLS.' : 'None: no AUTH inside TLS.'}</p>;
  const first = chosen !== undefined && items.includes(chosen) ? chosen : items[0];
  const end = () => {
    setDragged(undefined);
    setOver(undefined);
  };
  const drop = () => {
    if (dragged === undefined || over === undefined) return;
    const from = items.indexOf(dragged);
    onMove(dragged, over > from ? over - 1 : over);
    end();
  };
  return (
    <ol className="order-chips" ref={list} onKeyDown={props.onKeyDown} onDragOver={(event) => event.preventDefault()}>
      {items.map((item, index) => {
        const isOff = isUnused || why(item) !== undefined;
        return (
          <li
            key={item}
            className="order-chip"
            draggable
            data-off={isOff || undefined}
            data-chosen={item === chosen || undefined}
            data-dragged={item === dragged || undefined}
            data-over={
              over === index ? 'before' : over === index + 1 && index === items.length - 1 ? 'after' : undefined
            }
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              event.dataTransfer.setData('text/plain', item);
              setDragged(item);
            }}
            onDragEnd={end}
            onDragOver={(event) => {
              if (dragged === undefined) return;
              event.preventDefault();
              const { left, width } = event.currentTarget.getBoundingClientRect();
              setOver(event.clientX > left + width / 2 ? index + 1 : index);
            }}
            onDrop={(event) => {
              event.preventDefault();
              drop();
            }}
          >
            <GripVertical className="order-grip" aria-hidden />
            <button
              type="button"
              className="order-item"
              data-item={item}
              tabIndex={item === first ? 0 : -1}
              aria-pressed={item === chosen}
              aria-describedby={props.describedBy}
              onClick={() => onChoose(item === chosen ? undefined : item)}
            >
              <span className="order-number" aria-hidden>
                {index + 1}
              </span>
              <span className="unseen">{index + 1}: </span>
              <span className="mono">{item}</span>
              {isOff ? <Chip shape="–">not offered</Chip> : <StrengthMark mechanism={item} inClear={inClear} />}
            </button>
            <button
              type="button"
              className="order-remove"
              tabIndex={-1}
              aria-label={`Remove ${item}`}
              title="Remove"
              onClick={() => onRemove(item)}
            >
              <X aria-hidden />
            </button>
          </li>
        );
      })}
    </ol>
  );
}

interface ChosenProps {
  readonly item: string;
  readonly at: number;
  readonly of: number;
  readonly help: string | undefined;
  readonly onMove: (to: number) => void;
  readonly onRemove: () => void;
}

/** What the chosen chip is, and its buttons for whoever does not drag. */
function Chosen({ item, at, of, help, onMove, onRemove }: ChosenProps) {
  const facts = mechanismFacts(item);
  return (
    <div className="order-chosen" role="group" aria-label={item}>
      <div className="small">
        <b className="mono">{item}</b> {help} {facts && <span className="muted">{facts.rfc}.</span>}
      </div>
      <div className="row">
        <Button icon={ArrowLeft} disabled={at === 0} onClick={() => onMove(at - 1)}>
          Earlier
        </Button>
        <Button icon={ArrowRight} disabled={at === of - 1} onClick={() => onMove(at + 1)}>
          Later
        </Button>
        <Button kind="ghost" icon={X} onClick={onRemove}>
          Remove
        </Button>
        <span className="grow" />
        <span className="muted small" aria-hidden>
          or drag it; <kbd>Ctrl</kbd> <kbd>←</kbd> <kbd>→</kbd> by keyboard
        </span>
      </div>
    </div>
  );
}
