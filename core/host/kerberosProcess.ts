// Starts the Kerberos helper as a child of this process, where there is no Electron.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HelperProcess } from '../sasl/gss/calling.ts';

/** The program, for whoever has another way to start it. */
export const kerberosProgram = fileURLToPath(new URL('../sasl/gss/program.ts', import.meta.url));

/** It ends by itself when this process is gone; until it is ended, it keeps this one alive. */
export function forkKerberos(): HelperProcess {
  const child = fork(kerberosProgram, [], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    // A child that is gone says so itself.
    post: (call) => void (child.connected && child.send(call, () => undefined)),
    onMessage: (take) => void child.on('message', take),
    onEnd: (take) => {
      child.once('error', (error) => take(error.message));
      child.once('exit', (code, signal) => take(signal === null ? `exit code ${code}` : `signal ${signal}`));
    },
    end: () => void child.kill(),
  };
}
