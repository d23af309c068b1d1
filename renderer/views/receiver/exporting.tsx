// Export: the applied settings as files of another program, with what has no place there said first.
import { Download } from 'lucide-react';
import { create } from 'zustand';
import type { Input, Output } from '../../../core/contract/calls.ts';
import { sayError, workbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Dotted } from '../../ui/Dotted.tsx';
import { counted, size } from '../../ui/figures.ts';
import { toast } from '../../ui/Toast.tsx';
import { isDirty, useDraft } from './draft.ts';
import { saveFile } from './save.ts';

type Format = Input<'settings.export'>['format'];

export const formats: readonly { readonly format: Format; readonly title: string; readonly about: string }[] = [
  {
    format: 'axigen',
    title: 'AXIGEN: axigen.cfg and smtpFilters.script',
    about: 'The two files the product keeps these settings in. What an import carried along is in them again.',
  },
  { format: 'yaml', title: 'YAML, as kept here', about: 'The text of this workspace, with its comments.' },
  { format: 'schema', title: 'JSON Schema for editors', about: 'Lets an editor complete and check the YAML.' },
  {
    format: 'fail2ban',
    title: 'fail2ban filter',
    about:
      'A filter for the log of this receiver and of AXIGEN: it joins a failed login with the address of its session.',
  },
];

interface Exporting {
  readonly isOpen: boolean;
  readonly format?: Format;
  readonly exported?: Output<'settings.export'>;
}

const useExporting = create<Exporting>(() => ({ isOpen: false }));

/** Exports, and shows what came of it. */
export async function startExport(format: Format): Promise<void> {
  try {
    const exported = await workbench.call('settings.export', { format });
    useExporting.setState({ isOpen: true, format, exported });
  } catch (error) {
    toast('Nothing was exported', sayError(error), 'refuse');
  }
}

export function ExportDialog() {
  const { isOpen, format, exported } = useExporting();
  const dirty = useDraft(isDirty);
  const close = () => useExporting.setState({ isOpen: false });
  const about = formats.find((one) => one.format === format);
  const files = exported?.files ?? [];
  const losses = exported?.losses ?? [];
  return (
    <Dialog
      title={about?.title ?? 'Export'}
      about={about?.about}
      isOpen={isOpen}
      onClose={close}
      width={640}
      actions={
        <>
          <Button onClick={close}>Close</Button>
          <Button
            kind="primary"
            icon={Download}
            onClick={() => files.forEach(({ name, text }) => saveFile(name, text))}
          >
            {files.length === 1 ? `Save ${files[0]?.name ?? ''}` : 'Save both'}
          </Button>
        </>
      }
    >
      {dirty && format !== 'schema' && format !== 'fail2ban' && (
        <div className="notice boxed" data-tone="defer">
          These are the applied settings. What is unsaved is not in them.
        </div>
      )}
      <ul className="files">
        {files.map(({ name, text }) => (
          <li key={name}>
            <span className="mono">{name}</span>
            <span className="muted small">
              {counted(text.split('\n').length - 1, 'line')}, {size(new TextEncoder().encode(text).length)}
            </span>
            <span className="grow" />
            <Button icon={Download} aria-label={`Save ${name}`} onClick={() => saveFile(name, text)}>
              Save
            </Button>
          </li>
        ))}
      </ul>
      {format === 'axigen' && losses.length === 0 && <p>Everything has its place there: nothing is lost.</p>}
      {losses.length > 0 && (
        <>
          <h3>{counted(losses.length, 'setting has', 'settings have')} no documented place there</h3>
          <div className="loss-list scroll" tabIndex={0} role="region" aria-label="What is lost">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Setting</th>
                  <th scope="col">Value</th>
                  <th scope="col">Why</th>
                </tr>
              </thead>
              <tbody>
                {losses.map(({ path, value, why }) => (
                  <tr key={path}>
                    <td className="mono">
                      <Dotted text={path} />
                    </td>
                    <td className="mono wrap">{value}</td>
                    <td>{why}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Dialog>
  );
}
