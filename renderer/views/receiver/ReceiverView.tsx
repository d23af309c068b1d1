// The Receiver view: groups, the form made from the schema, and beside it what the settings mean.
import '../../style/receiver.css';
import '../../style/settings.css';
import '../../style/mechanisms.css';
import '../../style/users.css';
import '../../style/sender.css';
import '../../style/dns.css';
import { useCommand } from '../../state/commands.ts';
import { usePlace } from '../../state/place.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Pane, PaneHead, Split } from '../../ui/Pane.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { useWideWindow } from '../../ui/useWide.ts';
import { ChangesPane } from './ChangesPane.tsx';
import { DefaultsPane } from './DefaultsPane.tsx';
import { useDraft } from './draft.ts';
import { EffectPane } from './EffectPane.tsx';
import { ExportDialog, formats, startExport } from './exporting.tsx';
import { GroupList, type PageId, pageOf } from './GroupList.tsx';
import { GroupPage } from './GroupPage.tsx';
import { importZoneFile } from './dns/ZoneImport.tsx';
import {
  chooseFiles,
  draftDefaults,
  draftPreset,
  ImportDialog,
  importFiles,
  presetTitles,
  useFileDrop,
} from './importing.tsx';
import { useReveal } from './reveal.ts';
import { SaveBar, useUnsaved } from './SaveBar.tsx';
import { senderPartOf } from './sender/parts.ts';
import { type SideId, useSide } from './side.ts';
import { openTrial } from './trial/trial.ts';
import { TryLogin } from './trial/TryLogin.tsx';
import { UserPane } from './users/UserPane.tsx';
import { UsersPage } from './users/UsersPage.tsx';
import { YamlPane } from './YamlPane.tsx';

/** Below this width, pixels, what the settings mean folds under the form. */
const THREE_PANES_FROM = 1200;

/** On the DNS page a single file is a zone, unless its name says that it holds settings. */
async function importOnDns(files: readonly File[]): Promise<void> {
  const [file] = files;
  if (files.length === 1 && file && !/\.(ya?ml|cfg|script)$/i.test(file.name)) await importZoneFile(file);
  else await importFiles(files);
}

export function ReceiverView() {
  const setting = usePlace((place) => place.setting);
  const isReady = useDraft((draft) => draft.base !== undefined);
  const isWide = useWideWindow(THREE_PANES_FROM);
  const page = pageOf(setting);
  const { isOver, ...drop } = useFileDrop(page === 'dns' ? importOnDns : importFiles);
  useReveal(isReady);
  useCommand('receiver.import', chooseFiles);
  useCommand('receiver.login', () => openTrial());
  useCommand('receiver.export', () => void startExport('axigen'));

  if (!isReady)
    return <EmptyState title="The settings have not been read yet">They come with the connection.</EmptyState>;
  const groups = (
    <Pane label="Groups">
      <PaneHead>
        <h2>Receiver</h2>
      </PaneHead>
      <GroupList page={page} />
    </Pane>
  );
  const form = (
    <Pane label="Settings">
      {page === 'users' ? <UsersPage /> : <GroupPage group={page} part={senderPartOf(setting)} />}
      <SaveBar />
    </Pane>
  );
  const side =
    page === 'users' ? (
      <Pane label="User">
        <UserPane />
      </Pane>
    ) : (
      <Pane label="What it means">
        <Side page={page} />
      </Pane>
    );
  const work = [
    { id: 'settings', min: isWide ? 420 : 200, content: form },
    { id: 'meaning', size: isWide ? 420 : '42', min: isWide ? 340 : 140, isFixed: isWide, content: side },
  ];
  return (
    <div className="receiver" {...drop}>
      {isWide ? (
        <Split id="receiver" parts={[{ id: 'groups', size: 196, min: 150, isFixed: true, content: groups }, ...work]} />
      ) : (
        <Split
          id="receiver.narrow"
          parts={[
            { id: 'groups', size: 172, min: 140, isFixed: true, content: groups },
            { id: 'work', min: 300, content: <Split id="receiver.work" direction="column" parts={work} /> },
          ]}
        />
      )}
      {isOver && (
        <div className="drop-here" aria-hidden>
          {page === 'dns'
            ? 'Drop a BIND zone file: its records are shown first'
            : 'Drop a YAML, or axigen.cfg and smtpFilters.script: they become the draft'}
        </div>
      )}
      <ExportDialog />
      <ImportDialog />
      <TryLogin />
    </div>
  );
}

/** What the first tab is about, where it is something else than its effect. */
const effectTitles: Readonly<Partial<Record<PageId, string>>> = { sender: 'What if', dns: 'Ask' };

function Side({ page }: { readonly page: PageId }) {
  const tab = useSide((side) => side.tab);
  const unsaved = useUnsaved().length;
  const isText = useDraft((draft) => draft.text !== undefined);
  return (
    <Tabs<SideId>
      label="What the settings mean"
      value={tab}
      onChange={(next) => useSide.setState({ tab: next })}
      tabs={[
        { id: 'effect', title: effectTitles[page] ?? 'Effect', content: () => <EffectPane page={page} /> },
        {
          id: 'changes',
          title: unsaved > 0 ? `Changes ${unsaved > 99 ? '99+' : unsaved}` : isText ? 'Changes •' : 'Changes',
          content: () => <ChangesPane />,
        },
        { id: 'yaml', title: 'YAML', content: () => <YamlPane /> },
        { id: 'defaults', title: 'Defaults', content: () => <DefaultsPane /> },
      ]}
      beside={
        <>
          <Menu
            trigger={<Button kind="ghost">Import</Button>}
            entries={[
              {
                kind: 'action',
                title: 'Files: YAML, axigen.cfg, smtpFilters.script …',
                command: 'receiver.import',
                run: chooseFiles,
              },
              { kind: 'line' },
              { kind: 'label', title: 'As a draft' },
              ...presetTitles.map(({ preset, title }) => ({
                kind: 'action' as const,
                title,
                run: () => void draftPreset(preset),
              })),
              { kind: 'action', title: 'A fresh configuration', run: () => void draftDefaults() },
            ]}
          />
          <Menu
            trigger={<Button kind="ghost">Export</Button>}
            entries={formats.map(({ format, title }) => ({
              kind: 'action' as const,
              title: `${title} …`,
              run: () => void startExport(format),
            }))}
          />
        </>
      }
    />
  );
}
