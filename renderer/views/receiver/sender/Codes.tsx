// The answers of a block list, one line each: the answer, what it leads to, and a few words for the why.
import { X } from 'lucide-react';
import { IconButton } from '../../../ui/Button.tsx';
import { Select } from '../../../ui/Choose.tsx';
import { Say } from '../../../ui/Field.tsx';
import { setValue, useDraft } from '../draft.ts';
import { useProblem } from '../SettingRow.tsx';
import { type Node, valueAt } from '../tree.ts';

interface CodesProps {
  readonly path: string;
  readonly of: number;
  readonly node: Node;
}

export const isCodes = (path: string): boolean => /^sender\.(dnsbl|domainLists)\.lists\.\d+\.codes$/.test(path);

export function Codes({ path, of, node }: CodesProps) {
  if (of === 0) return null;
  return (
    <table className="table codes" aria-label="Answers of the list">
      <thead>
        <tr>
          {node.members?.map(([key, member]) => (
            <th key={key} scope="col">
              {member.meta.title}
            </th>
          ))}
          <th>
            <span className="unseen">remove</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: of }, (_, index) => (
          <Code key={index} list={path} index={index} node={node} />
        ))}
      </tbody>
    </table>
  );
}

interface CodeProps {
  readonly list: string;
  readonly index: number;
  readonly node: Node;
}

function Code({ list, index, node }: CodeProps) {
  const remove = () => {
    const all = valueAt(useDraft.getState().settings, list) as readonly unknown[];
    setValue(
      list,
      all.filter((_, n) => n !== index),
    );
  };
  return (
    <tr data-setting={`${list}.${index}`}>
      {node.members?.map(([key, member]) => (
        <td key={key}>
          <Cell path={`${list}.${index}.${key}`} node={member} label={`${member.meta.title} ${index + 1}`} />
        </td>
      ))}
      <td>
        <IconButton icon={X} label={`Remove answer ${index + 1}`} onClick={remove} />
      </td>
    </tr>
  );
}

interface CellProps {
  readonly path: string;
  readonly node: Node;
  readonly label: string;
}

function Cell({ path, node: { meta }, label }: CellProps) {
  const value = useDraft((draft) => valueAt(draft.settings, path));
  const problem = useProblem(path, true);
  const text = typeof value === 'string' ? value : '';
  const control = {
    'aria-label': label,
    'aria-invalid': problem !== undefined,
    'data-control': '',
    value: text,
  };
  return (
    <div data-setting={path}>
      {meta.options ? (
        <Select {...control} options={meta.options} onChoose={(next) => setValue(path, next)} />
      ) : (
        <input
          {...control}
          className={path.endsWith('.answer') ? 'input mono' : 'input'}
          type="text"
          autoComplete="off"
          spellCheck={false}
          placeholder={meta.placeholder}
          onChange={(event) => setValue(path, event.target.value)}
        />
      )}
      <Say tone="refuse" text={problem} />
    </div>
  );
}
