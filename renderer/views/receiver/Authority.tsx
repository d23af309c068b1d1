// The test CA that signs the listeners' certificates: to be saved, and how a client comes to trust it.
import { Download } from 'lucide-react';
import { useState } from 'react';
import { sayError, workbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { toast } from '../../ui/Toast.tsx';
import { saveFile } from './save.ts';

export function Authority() {
  const [path, setPath] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const authority = await workbench.call('certificate.authority', {});
      saveFile('gatehouse-test-ca.pem', authority.pem, 'application/x-pem-file');
      setPath(authority.path);
    } catch (error) {
      toast('The certificate was not saved', sayError(error), 'refuse');
    }
    setBusy(false);
  };
  return (
    <section className="part authority" aria-label="Test CA">
      <div className="fold-head">
        <h3>Test CA</h3>
        <span className="grow" />
        <Button icon={Download} busy={isBusy} onClick={() => void save()}>
          Save its certificate
        </Button>
      </div>
      <p className="help">
        Listeners without a certificate of their own get one signed by a CA that was made for this workspace and never
        leaves it. A client trusts it when you name the saved file as its CA file, for example{' '}
        <span className="mono">swaks --tls --tls-ca-path gatehouse-test-ca.pem</span>, or import it as an authority in
        your mail program. Remove it there when you are done.
      </p>
      {path !== undefined && (
        <p className="help">
          It also lies in the workspace: <span className="mono">{path}</span>
        </p>
      )}
    </section>
  );
}
