// The order of things: each stage and its checks. Commenting out a line disables that check; the // keeps one on each line.
import type { StageTable } from './check.ts';
import { access } from './checks/access.ts';
import { credentials } from './checks/credentials.ts';
import { declaredSize } from './checks/declaredSize.ts';
import { failedLogins } from './checks/failedLogins.ts';
import { flow } from './checks/flow.ts';
import { lineEndings } from './checks/lineEndings.ts';
import { localLogin } from './checks/localLogin.ts';
import { mechanism } from './checks/mechanism.ts';
import { nul } from './checks/nul.ts';
import { receivedLoop } from './checks/receivedLoop.ts';
import { recipientKnown } from './checks/recipientKnown.ts';
import { recipientLimit } from './checks/recipientLimit.ts';
import { relay } from './checks/relay.ts';
import { ruleFlow } from './checks/ruleFlow.ts';
import { size } from './checks/size.ts';
import { spfEhlo } from './checks/spfEhlo.ts';
import { spfMail } from './checks/spfMail.ts';
import { spfMessage } from './checks/spfMessage.ts';
import { spfRcpt } from './checks/spfRcpt.ts';
import { submissionLogin } from './checks/submissionLogin.ts';
import { wrongCommands } from './checks/wrongCommands.ts';

export const stageTable: StageTable = {
  connect: [
    flow, //
    access,
    ruleFlow,
  ],
  tls: [],
  ehlo: [
    spfEhlo, //
  ],
  auth: [
    mechanism, //
    credentials,
  ],
  mail: [
    submissionLogin, //
    declaredSize,
    spfMail,
  ],
  rcpt: [
    recipientLimit, //
    relay,
    localLogin,
    recipientKnown,
    spfRcpt,
  ],
  data: [],
  headers: [
    receivedLoop, //
  ],
  body: [
    size, //
  ],
  message: [
    lineEndings, //
    nul,
    spfMessage,
  ],
  command: [
    wrongCommands, //
    failedLogins,
  ],
};
