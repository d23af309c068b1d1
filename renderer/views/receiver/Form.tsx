// The form made from the schema: records as sections, lists as cards or rows, leaves as settings.
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { usePlace } from '../../state/place.ts';
import { BasisBadge } from '../../ui/Chip.tsx';
import { Say } from '../../ui/Field.tsx';
import { count, counted } from '../../ui/figures.ts';
import { LeafControl } from './controls.tsx';
import { setValue, useDraft } from './draft.ts';
import { Extra } from './extras.tsx';
import { InsideChips, useProblemsInside } from './inside.tsx';
import { ListCard, TextItem } from './items.tsx';
import { setFold, useFold } from './reveal.ts';
import { ActionTable } from './sender/ActionTable.tsx';
import { Codes, isCodes } from './sender/Codes.tsx';
import { isActionMap } from './sender/parts.ts';
import { FoldHead, Help, ResetPart, SettingRow, useProblem } from './SettingRow.tsx';
import { freshItem, type Node, valueAt } from './tree.ts';

interface PartProps {
  readonly path: string;
  readonly node: Node;
  /** How deep in the form: 0 for what stands on the page itself. */
  readonly depth: number;
}

/** The members of a record, one below the other. */
export function Members({ path, node, depth }: PartProps) {
  return node.members?.map(([key, member]) => <Part key={key} path={`${path}.${key}`} node={member} depth={depth} />);
}

/** Whatever stands at a path. */
export function Part({ path, node, depth }: PartProps) {
  if (node.members) return <RecordPart path={path} node={node} depth={depth} />;
  if (node.item) return <ListPart path={path} node={node} depth={depth} />;
  return (
    <SettingRow path={path} node={node} isBlock={node.meta.kind === 'lines' || node.meta.ordered === true}>
      {(control) => <LeafControl path={path} meta={node.meta} control={control} />}
    </SettingRow>
  );
}

/** Parts that are long and rarely changed: those of list items, and limits beside the main ones. */
const closedAtFirst = /\.\d|\.lastFlow|\.answer/;

function RecordPart({ path, node, depth }: PartProps) {
  const { meta } = node;
  const problem = useProblem(path);
  const problems = useProblemsInside(path);
  const [isOpen, turn] = useFold(path, {
    isOpenAtFirst: depth <= 1 && !closedAtFirst.test(path),
    hasProblems: problems > 0,
  });
  const id = `part-${path.replaceAll('.', '-')}`;
  return (
    <div className="part" role="group" data-setting={path} aria-label={meta.title}>
      <FoldHead
        title={
          <>
            <h3>{meta.title}</h3>
            <span className="setting-path">{path}</span>
          </>
        }
        isOpen={isOpen}
        onTurn={turn}
        controls={id}
      >
        {!isOpen && <InsideChips path={path} node={node} />}
        <span className="grow" />
        <ResetPart path={path} node={node} title={meta.title} />
      </FoldHead>
      <div id={id} className="part-body" hidden={!isOpen}>
        {isOpen && (
          <>
            <Help meta={meta} />
            <Say tone="refuse" text={problem} />
            <Extra path={path} />
            {isActionMap(node) ? (
              <ActionTable label={meta.title ?? 'Actions'} path={path} actions={node.members ?? []} />
            ) : (
              <Members path={path} node={node} depth={depth + 1} />
            )}
          </>
        )}
      </div>
    </div>
  );
}

/** Items shown at once; more on request. */
const SHOWN = 60;

function ListPart({ path, node, depth }: PartProps) {
  const value = useDraft((draft) => valueAt(draft.settings, path));
  const problem = useProblem(path);
  const [wanted, setMost] = useState(SHOWN);
  // An item that was jumped to is among those shown.
  const target = usePlace(({ setting }) =>
    setting?.startsWith(`${path}.`) === true ? setting.slice(path.length + 1) : '',
  );
  const most = Math.max(wanted, Number.parseInt(target, 10) + 1 || 0);
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const item = node.item;
  if (!item) return null;
  const what = item.meta.title ?? 'Entry';
  const isCards = item.members !== undefined;
  const isPage = !path.includes('.');
  const add = () => {
    setValue(path, [...items, newItem(path, item, items)]);
    setFold(`${path}.${items.length}`, true);
    setMost(Math.max(most, items.length + 1));
    // The new item comes with the next rendering.
    requestAnimationFrame(() =>
      document
        .querySelector<HTMLElement>(`[data-setting="${CSS.escape(`${path}.${items.length}`)}"]`)
        ?.querySelector<HTMLElement>('input, button[aria-expanded]')
        ?.focus(),
    );
  };
  return (
    <div className="part list-part" role="group" data-setting={path} aria-label={node.meta.title}>
      <div className="fold-head">
        {isPage ? (
          <h3>{counted(items.length, what.toLowerCase())}</h3>
        ) : (
          <>
            <h3>
              {node.meta.title} <span className="muted">{count(items.length)}</span>
            </h3>
            <span className="setting-path">{path}</span>
          </>
        )}
        <span className="grow" />
        <BasisBadge basis={node.meta.basis} />
        {!isPage && <ResetPart path={path} node={node} title={node.meta.title} />}
        <Button icon={Plus} onClick={add} data-control="">
          Add {what.toLowerCase()}
        </Button>
      </div>
      {!isPage && <Help meta={node.meta} />}
      <Say tone="refuse" text={problem} />
      {items.length === 0 && <p className="muted none">None.</p>}
      {isCodes(path) && <Codes path={path} of={items.length} node={item} />}
      <ol className={isCards ? 'cards' : 'rows'} hidden={isCodes(path)}>
        {(isCodes(path) ? [] : items.slice(0, most)).map((_, index) =>
          isCards ? (
            <ListCard key={index} list={path} index={index} of={items.length} node={item} depth={depth}>
              <Extra path={`${path}.${index}`} />
              <Members path={`${path}.${index}`} node={item} depth={depth + 1} />
            </ListCard>
          ) : (
            <TextItem key={index} list={path} index={index} of={items.length} node={item} />
          ),
        )}
      </ol>
      {items.length > most && (
        <Button onClick={() => setMost(most + 500)}>Show {count(Math.min(500, items.length - most))} more</Button>
      )}
    </div>
  );
}

const usual = [
  { role: 'mx', address: '0.0.0.0:25', tls: 'starttls' },
  { role: 'submission', address: '0.0.0.0:587', tls: 'starttls' },
  { role: 'submissions', address: '0.0.0.0:465', tls: 'implicit' },
] as const;

/** A new item; a new listener is the usual one that is not there yet. */
function newItem(path: string, node: Node, items: readonly unknown[]): unknown {
  const fresh = freshItem(node);
  if (path !== 'listeners') return fresh;
  const has = (key: string, value: string) => items.some((one) => (one as Record<string, unknown>)[key] === value);
  const next = usual.find(({ role }) => !has('role', role)) ?? usual[0];
  let name: string = next.role;
  for (let n = 2; has('name', name); n += 1) name = `${next.role}-${n}`;
  return { ...(fresh as object), ...next, name };
}
