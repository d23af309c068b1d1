// The palette: every command that can be done where the person is, found by typing.
import { Dialog } from '@base-ui/react/dialog';
import { Command as Cmdk } from 'cmdk';
import { useState } from 'react';
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

export function Palette() {
  const [isOpen, setOpen] = useState(false);
  const deeds = useDeeds();
  useCommand('palette', () => setOpen(true));
  const choose = (id: CommandId) => {
    setOpen(false);
    // After the dialog has given the focus back, so that a command may move it.
    setTimeout(() => runCommand(id), 30);
  };
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="veil" />
        <Dialog.Popup className="dialog palette">
          <Dialog.Title className="unseen">Find a command</Dialog.Title>
          <Cmdk label="Commands" loop>
            <Cmdk.Input placeholder="What do you want to do?" autoFocus />
            <Cmdk.List label="Commands">
              <Cmdk.Empty>No command is called that.</Cmdk.Empty>
              {groupNames.map((group) => (
                <Cmdk.Group key={group} heading={group}>
                  {commandIds
                    .filter((id) => commands[id].group === group && deeds[id] !== undefined && id !== 'palette')
                    .map((id) => {
                      const { title, keys } = commands[id] as Command;
                      return (
                        <Cmdk.Item key={id} value={`${title} ${group}`} onSelect={() => choose(id)}>
                          <span className="grow">{title}</span>
                          {keys !== undefined && <KeyHint keys={keys} />}
                        </Cmdk.Item>
                      );
                    })}
                </Cmdk.Group>
              ))}
            </Cmdk.List>
          </Cmdk>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
