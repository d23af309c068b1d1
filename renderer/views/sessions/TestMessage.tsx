// The dialog that has a well-behaved client send one message to a listener, and shows what it heard.
import { Send } from 'lucide-react';
import { useState } from 'react';
import { sayError, useWorkbench, workbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { Select } from '../../ui/Choose.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field, Say } from '../../ui/Field.tsx';
import { firstRecipient } from './NoSessions.tsx';

export function TestMessage({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const receiver = useWorkbench((state) => state.receiver);
  const settings = useWorkbench((state) => state.settings?.settings);
  const listeners = receiver?.listeners.filter(({ state }) => state === 'listening') ?? [];
  const [listener, setListener] = useState('');
  const [from, setFrom] = useState('sender@example.com');
  const [to, setTo] = useState<string | undefined>(undefined);
  const [subject, setSubject] = useState('Test message');
  const [isBusy, setBusy] = useState(false);
  const [heard, setHeard] = useState<{ readonly isOk: boolean; readonly text: string } | undefined>(undefined);
  const target = listeners.some(({ name }) => name === listener) ? listener : (listeners[0]?.name ?? '');
  const recipient = to ?? firstRecipient(settings);
  const isComplete = target !== '' && recipient.trim() !== '';

  const send = async () => {
    setBusy(true);
    setHeard(undefined);
    try {
      const { ok, reply } = await workbench.call('test.send', { listener: target, from, to: recipient, subject });
      setHeard({ isOk: ok, text: reply });
    } catch (error) {
      setHeard({ isOk: false, text: sayError(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Send a test message"
      about="A well-behaved client of this machine delivers one message to a listener. It goes nowhere else."
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" icon={Send} type="submit" form="test-message" busy={isBusy} disabled={!isComplete}>
            Send
          </Button>
        </>
      }
    >
      <form
        id="test-message"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isComplete && !isBusy) void send();
        }}
      >
        <Field
          label="Listener"
          error={listeners.length === 0 ? 'No listener is up: start the receiver first.' : undefined}
        >
          {(control) => (
            <Select
              {...control}
              value={target}
              onChoose={setListener}
              options={listeners.map(({ name, bound, role }) => ({
                value: name,
                title: `${name}: ${role} on ${bound}`,
              }))}
            />
          )}
        </Field>
        <Field label="From" help="Empty is the null sender, as bounces have it.">
          {(control) => (
            <input
              {...control}
              className="input"
              value={from}
              maxLength={320}
              onChange={(event) => setFrom(event.target.value)}
            />
          )}
        </Field>
        <Field label="To">
          {(control) => (
            <input
              {...control}
              className="input"
              value={recipient}
              maxLength={320}
              onChange={(event) => setTo(event.target.value)}
            />
          )}
        </Field>
        <Field label="Subject">
          {(control) => (
            <input
              {...control}
              className="input"
              value={subject}
              maxLength={998}
              onChange={(event) => setSubject(event.target.value)}
            />
          )}
        </Field>
      </form>
      <Say
        tone={heard?.isOk === false ? 'refuse' : 'ok'}
        text={heard && `${heard.isOk ? 'Accepted' : 'Not accepted'}: ${heard.text}`}
      />
    </Dialog>
  );
}
