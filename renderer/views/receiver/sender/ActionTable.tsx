// Results and what they lead to, as a table: the result, its action, what both mean.
import { RotateCcw } from 'lucide-react';
import { actionLook } from '../../sender/looks.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { Select } from '../../../ui/Choose.tsx';
import { Say } from '../../../ui/Field.tsx';
import { setValue, useDraft } from '../draft.ts';
import { titleOf, useProblem } from '../SettingRow.tsx';
import { equal, type Node, valueAt } from '../tree.ts';

interface TableProps {
  readonly label: string;
  /** Path of the record the actions stand in. */
  readonly path: string;
  readonly actions: readonly (readonly [string, Node])[];
}

export function ActionTable({ label, path, actions }: TableProps) {
  return (
    <table className="table action-map" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Result</th>
          <th scope="col">Leads to</th>
          <th scope="col">What it means</th>
        </tr>
      </thead>
      <tbody>
        {actions.map(([key, node]) => (
          <Row key={key} path={`${path}.${key}`} node={node} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ path, node: { meta, fallback } }: { readonly path: string; readonly node: Node }) {
  const value = useDraft((draft) => valueAt(draft.settings, path));
  const saved = useDraft((draft) => valueAt(draft.base?.settings, path));
  const problem = useProblem(path, true);
  const id = `set-${path.replaceAll('.', '-')}`;
  const options = meta.options ?? [];
  const chosen = options.find((option) => option.value === value);
  const { tone, shape } = actionLook(value);
  const text = typeof value === 'string' ? value : '';
  return (
    <tr data-setting={path} data-unsaved={saved !== undefined && !equal(value, saved) ? '' : undefined}>
      <th scope="row" title={path}>
        <label htmlFor={id}>{meta.title}</label>
      </th>
      <td>
        <div className="action-line" data-tone={tone}>
          <span className="action-shape" aria-hidden>
            {shape}
          </span>
          <Select
            id={id}
            data-control=""
            aria-describedby={`${id}-help ${id}-error`}
            aria-invalid={problem !== undefined}
            value={text}
            options={chosen ? options : [{ value: text, title: text === '' ? 'choose' : text }, ...options]}
            onChoose={(next) => setValue(path, next)}
          />
          {!equal(value, fallback) && (
            <IconButton
              icon={RotateCcw}
              label={`Reset ${meta.title} to its default, ${titleOf(meta, fallback)}`}
              onClick={() => setValue(path, fallback)}
            />
          )}
        </div>
        <Say id={`${id}-error`} tone="refuse" text={problem} />
      </td>
      <td className="small" id={`${id}-help`}>
        {meta.help}
        {chosen?.help !== undefined && value !== 'record' && (
          <span className="muted action-help">
            {chosen.title}: {chosen.help}
          </span>
        )}
      </td>
    </tr>
  );
}
