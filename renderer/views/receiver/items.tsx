// Items of a list: a card for a record, a row for a line of text; each can be moved and removed.
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../ui/Button.tsx';
import { Say } from '../../ui/Field.tsx';
import { counted } from '../../ui/figures.ts';
import { swapped } from './controls.tsx';
import { setValue, useDraft } from './draft.ts';
import { ListenerChip } from './extras.tsx';
import { InsideChips, useProblemsInside } from './inside.tsx';
import { dropFolds, moveFolds, useFold } from './reveal.ts';
import { FoldHead, useProblem } from './SettingRow.tsx';
import { isMapping, type Mapping, nameOf, type Node, valueAt } from './tree.ts';

interface ItemProps {
  readonly list: string;
  readonly index: number;
  readonly of: number;
  readonly node: Node;
}

interface CardProps extends ItemProps {
  readonly depth: number;
  readonly children: ReactNode;
}

/** A record of a list: one line that says what it is, and its settings when it is open. */
export function ListCard({ list, index, of, node, depth, children }: CardProps) {
  const path = `${list}.${index}`;
  const item = useDraft((draft) => valueAt(draft.settings, path));
  const problem = useProblem(path);
  const problems = useProblemsInside(path);
  const [isOpen, turn] = useFold(path, { isOpenAtFirst: of === 1 && depth === 0, hasProblems: problems > 0 });
  const id = `item-${path.replaceAll('.', '-')}`;
  const { name, about } = describe(list, item);
  const what = `${node.meta.title} ${index + 1}`;
  return (
    <li className="card-item" data-setting={path}>
      <FoldHead
        kind={what}
        title={
          <>
            <b className={list === 'listeners' ? undefined : 'mono'}>{name === '' ? 'new' : name}</b>
            <span className="muted cut">{about}</span>
          </>
        }
        isOpen={isOpen}
        onTurn={turn}
        controls={id}
      >
        {!isOpen && <InsideChips path={path} node={node} />}
        {list === 'listeners' && <ListenerChip name={name} />}
        <span className="grow" />
        <ItemButtons list={list} index={index} of={of} what={what} />
      </FoldHead>
      <div id={id} className="part-body" hidden={!isOpen}>
        <Say tone="refuse" text={problem} />
        {isOpen && children}
      </div>
    </li>
  );
}

/** What a closed card says of its item. */
export function describe(list: string, item: unknown): { readonly name: string; readonly about: string } {
  if (!isMapping(item)) return { name: String(item), about: '' };
  const plainName = item['name'] === '' || item['ipSet'] === '' ? '' : nameOf(item);
  const zone = typeof item['zone'] === 'string' ? item['zone'] : '';
  const name = plainName === '' || plainName.startsWith('{') ? zone : plainName;
  const off = item['enable'] === false ? 'disabled' : undefined;
  const words = (() => {
    if (list === 'listeners') return [String(item['role']), String(item['address']), off];
    if ('codes' in item) return listWords(item);
    if ('ipSet' in item) return [`priority ${String(item['priority'])}`, off];
    if ('accept' in item) {
      const listed = Array.isArray(item['recipients']) ? item['recipients'].length : 0;
      return [item['accept'] === 'any' ? 'any recipient' : `${listed} listed`];
    }
    return [off];
  })();
  return { name, about: words.filter((word) => word !== undefined).join(', ') };
}

/** What a closed card says of a block list. */
function listWords({ name, zone, action, codes, enabled, of }: Mapping): readonly (string | undefined)[] {
  const own = Array.isArray(codes) ? codes.length : 0;
  return [
    name === '' ? undefined : String(zone),
    Array.isArray(of) ? `of ${of.join(', ')}` : undefined,
    String(action),
    own > 0 ? counted(own, 'own answer') : undefined,
    enabled === false ? 'not asked' : undefined,
  ];
}

interface ButtonsProps {
  readonly list: string;
  readonly index: number;
  readonly of: number;
  readonly what: string;
}

function ItemButtons({ list, index, of, what }: ButtonsProps) {
  const items = () => valueAt(useDraft.getState().settings, list) as readonly unknown[];
  const move = (to: number) => {
    setValue(list, swapped(items(), index, to));
    moveFolds(list, index, to);
  };
  return (
    <span className="item-buttons">
      {of > 1 && (
        <>
          <IconButton icon={ArrowUp} label={`Move ${what} up`} disabled={index === 0} onClick={() => move(index - 1)} />
          <IconButton
            icon={ArrowDown}
            label={`Move ${what} down`}
            disabled={index === of - 1}
            onClick={() => move(index + 1)}
          />
        </>
      )}
      <IconButton
        icon={X}
        label={`Remove ${what}`}
        onClick={() => {
          const left = items().filter((_, n) => n !== index);
          setValue(list, left);
          dropFolds(list, index);
        }}
      />
    </span>
  );
}

/** A line of text in a list. */
export function TextItem({ list, index, of, node }: ItemProps) {
  const path = `${list}.${index}`;
  const value = useDraft((draft) => valueAt(draft.settings, path));
  const problem = useProblem(path);
  const what = `${node.meta.title} ${index + 1}`;
  const id = `set-${path.replaceAll('.', '-')}`;
  return (
    <li className="row-item" data-setting={path}>
      <div className="row-line">
        <input
          className="input mono set-text"
          type="text"
          id={id}
          data-control=""
          aria-label={what}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-error`}
          autoComplete="off"
          spellCheck={false}
          placeholder={node.meta.placeholder}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => setValue(path, event.target.value)}
        />
        <ItemButtons list={list} index={index} of={of} what={what} />
      </div>
      <Say id={`${id}-error`} tone="refuse" text={problem} />
    </li>
  );
}
