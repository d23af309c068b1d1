// The order of things: each stage and its checks. Commenting out a line disables that check; the // keeps one on each line.
import type { StageTable } from './check.ts';
import { access } from './checks/access.ts';
import { arc } from './checks/arc.ts';
import { clientCertificate } from './checks/clientCertificate.ts';
import { commandLine } from './checks/commandLine.ts';
import { credentials } from './checks/credentials.ts';
import { declaredSize } from './checks/declaredSize.ts';
import { deliveredTo } from './checks/deliveredTo.ts';
import { dkim } from './checks/dkim.ts';
import { dkimReplay } from './checks/dkimReplay.ts';
import { dmarc } from './checks/dmarc.ts';
import { dnsbl } from './checks/dnsbl.ts';
import { domainList } from './checks/domainList.ts';
import { duplicateFields } from './checks/duplicateFields.ts';
import { earlyTalk } from './checks/earlyTalk.ts';
import { ehloName } from './checks/ehloName.ts';
import { eightBit } from './checks/eightBit.ts';
import { failedLogins } from './checks/failedLogins.ts';
import { failedLoginRate } from './checks/failedLoginRate.ts';
import { flow } from './checks/flow.ts';
import { foreignProtocol } from './checks/foreignProtocol.ts';
import { fromLogin } from './checks/fromLogin.ts';
import { grammar } from './checks/grammar.ts';
import { greylist } from './checks/greylist.ts';
import { headerFrom } from './checks/headerFrom.ts';
import { headerNoFrom } from './checks/headerNoFrom.ts';
import { headerSize } from './checks/headerSize.ts';
import { headerSyntax } from './checks/headerSyntax.ts';
import { lineEndings } from './checks/lineEndings.ts';
import { localLogin } from './checks/localLogin.ts';
import { loginBan } from './checks/loginBan.ts';
import { loginDelay } from './checks/loginDelay.ts';
import { longLines } from './checks/longLines.ts';
import { lookAlike } from './checks/lookAlike.ts';
import { mechanism } from './checks/mechanism.ts';
import { messageRate } from './checks/messageRate.ts';
import { nul } from './checks/nul.ts';
import { nullSenderRate } from './checks/nullSenderRate.ts';
import { peerBan } from './checks/peerBan.ts';
import { pipelining } from './checks/pipelining.ts';
import { receivedLoop } from './checks/receivedLoop.ts';
import { recipientKnown } from './checks/recipientKnown.ts';
import { recipientLimit } from './checks/recipientLimit.ts';
import { recipientRate } from './checks/recipientRate.ts';
import { relay } from './checks/relay.ts';
import { reverseDns } from './checks/reverseDns.ts';
import { ruleFlow } from './checks/ruleFlow.ts';
import { senderDomain } from './checks/senderDomain.ts';
import { senderLogin } from './checks/senderLogin.ts';
import { sessionCommands } from './checks/sessionCommands.ts';
import { sessionJunk } from './checks/sessionJunk.ts';
import { sessionMessages } from './checks/sessionMessages.ts';
import { size } from './checks/size.ts';
import { spfEhlo } from './checks/spfEhlo.ts';
import { spfMail } from './checks/spfMail.ts';
import { spfMessage } from './checks/spfMessage.ts';
import { spfRcpt } from './checks/spfRcpt.ts';
import { startTlsInjection } from './checks/startTlsInjection.ts';
import { submissionLogin } from './checks/submissionLogin.ts';
import { tlsRate } from './checks/tlsRate.ts';
import { work } from './checks/work.ts';
import { wrongCommands } from './checks/wrongCommands.ts';

export const stageTable: StageTable = {
  connect: [
    peerBan, //
    flow,
    access,
    ruleFlow,
    earlyTalk,
  ],
  tls: [
    tlsRate, //
    clientCertificate,
  ],
  ehlo: [
    spfEhlo, //
    reverseDns,
    ehloName,
    dnsbl,
    domainList,
  ],
  auth: [
    loginBan, //
    mechanism,
    failedLoginRate,
    loginDelay,
    credentials,
  ],
  mail: [
    sessionMessages, //
    messageRate,
    grammar,
    submissionLogin,
    senderLogin,
    declaredSize,
    spfMail,
    reverseDns,
    ehloName,
    senderDomain,
    dnsbl,
    domainList,
  ],
  rcpt: [
    recipientRate, //
    grammar,
    recipientLimit,
    relay,
    localLogin,
    recipientKnown,
    nullSenderRate,
    spfRcpt,
    reverseDns,
    ehloName,
    senderDomain,
    dnsbl,
    domainList,
    greylist,
  ],
  data: [],
  headers: [
    headerSize, //
    receivedLoop,
    deliveredTo,
    fromLogin,
  ],
  body: [
    size, //
  ],
  message: [
    lineEndings, //
    nul,
    longLines,
    eightBit,
    work,
    headerFrom,
    headerNoFrom,
    headerSyntax,
    duplicateFields,
    lookAlike,
    dkim,
    dkimReplay,
    arc,
    dmarc,
    spfMessage,
    reverseDns,
    ehloName,
    senderDomain,
    dnsbl,
    domainList,
  ],
  line: [
    foreignProtocol, //
    commandLine,
    pipelining,
    startTlsInjection,
  ],
  command: [
    wrongCommands, //
    failedLogins,
    sessionCommands,
    sessionJunk,
  ],
};
