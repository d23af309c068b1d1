// The palette: every command that can be done where the person is, found by typing.
import { Dialog } from '@base-ui/react/dialog';
import { Command as Cmdk } from 'cmdk';
import { useRef, useState } from 'react';
import {
  type Command,
  type CommandId,
  commandIds,
  commands,
  runCommand,
  useCommand,
  useDeeds,
} from '../state/commands.ts';
import { KeyHint } from '../ui/KeyHint.tsx';

const groupNames = [...new Set(commandIds.map((id) => commands[id].group))];

function inGroup(group: string): readonly CommandId[] {
  return commandIds.filter((id) => commands[id].group === group && id !== 'palette');
}

export function Palette() {
  const [isOpen, setOpen] = useState(false);
  const deeds = useDeeds();
  const input = useRef<HTMLInputElement>(null);
  const before = useRef<HTMLElement | null>(null);
  useCommand('palette', () => {
    before.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setOpen(true);
  });
  const choose = (id: CommandId) => {
    setOpen(false);
    // After the dialog has given the focus back, so that a command may move it.
    setTimeout(() => runCommand(id), 30);
  };
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="veil" />
        <Dialog.Popup className="dialog palette" initialFocus={input} finalFocus={before}>
          <Dialog.Title className="unseen">Find a command</Dialog.Title>
          <Cmdk label="Commands" loop>
            <Cmdk.Input placeholder="What do you want to do?" ref={input} />
            <Cmdk.List label="Commands">
              <Cmdk.Empty>No command is called that.</Cmdk.Empty>
              {groupNames.map((group) => {
                const ids = inGroup(group).filter((id) => deeds[id] !== undefined);
                return (
                  ids.length > 0 && (
                    <Cmdk.Group key={group} heading={group}>
                      {ids.map((id) => (
                        <PaletteItem key={id} id={id} onChoose={choose} />
                      ))}
                    </Cmdk.Group>
                  )
                );
              })}
            </Cmdk.List>
          </Cmdk>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteItem({ id, onChoose }: { readonly id: CommandId; readonly onChoose: (id: CommandId) => void }) {
  const { title, keys, group } = commands[id] as Command;
  return (
    <Cmdk.Item value={`${title} ${group}`} onSelect={() => onChoose(id)}>
      <span className="grow">{title}</span>
      {keys !== undefined && <KeyHint keys={keys} />}
    </Cmdk.Item>
  );
}
