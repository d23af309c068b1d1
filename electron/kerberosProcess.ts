// Starts the Kerberos helper as a utility process: packages cannot run Node as itself (the fuse runAsNode).
import { utilityProcess } from 'electron';
import { kerberosProgram } from '../core/host/kerberosProcess.ts';
import type { HelperProcess } from '../core/sasl/gss/calling.ts';

/** Electron ends it with the main process, however that ends. */
export function helpKerberos(): HelperProcess {
  const child = utilityProcess.fork(kerberosProgram, [], { serviceName: 'Gatehouse Kerberos', stdio: 'ignore' });
  // Its end tells as well.
  child.on('error', () => undefined);
  return {
    post: (call) => child.postMessage(call),
    onMessage: (take) => void child.on('message', take),
    onEnd: (take) => void child.once('exit', (code) => take(`exit code ${code}`)),
    end: () => void child.kill(),
  };
}
