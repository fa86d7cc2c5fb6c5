// Prints what happens in the demo, line by line, with the time since it began.
import type { VerificationEvent, VerificationEventName } from '../../src/events.ts';
import type { Service } from '../../src/service.ts';

const LINES: Partial<Record<VerificationEventName, string>> = {
  'verification.requested': 'queued    the verification waits for its turn',
  'call.dialing': 'dialing   the attempt is recorded, the provider is asked for a call',
  'call.placed': 'placed    the provider accepted the call',
  'call.ringing': 'ringing   the phone rings',
  'call.answered': 'answered  somebody or something picked up',
  'call.machine': 'machine   machine detection reports a machine',
  'verification.fraudReported': 'alarm     the log has an alarm: a call was reported as fraud',
  'call.ended': 'ended     the call is over',
  'text.sending': 'sending   the attempt is recorded, the provider is asked for a text message',
  'text.sent': 'sent      the provider accepted the text message',
  'text.delivered': 'delivered the network reports that the text message arrived',
  'text.undelivered': 'failed    the network reports that it could not deliver the text message',
  'text.again': 'again     the text message is to be sent once more',
  'text.escalated': 'instead   a call takes the place of the text message',
  'message.accepted': 'queued    the message waits for its turn, sealed',
  'code.wrong': 'wrong     the code is wrong, and counted',
  'code.right': 'right     the code is right',
  'phoneMethod.registered': 'done      the phone is registered',
  'appPassword.issued': 'done      an app password is issued',
};

/** Prints a line for each event, and for what is heard and pressed on these phones. `finished` resolves when the next verification is finished. */
export function narrate(service: Service, phones: readonly string[]) {
  const { simulator, events } = service;
  const began = simulator?.time.now() ?? 0;
  const say = (line: string) => {
    const seconds = ((simulator?.time.now() ?? 0) - began) / 1000;
    console.log(`${seconds.toFixed(1).padStart(6)} s  ${line}`);
  };
  simulator?.on((event) => {
    if (!phones.includes(event.to)) return;
    if (event.type === 'heard') say(`heard     "${event.text}" (${event.language})`);
    if (event.type === 'key') say(`${event.who === 'caller' ? 'dialed ' : 'pressed '}  ${event.key}`);
    if (event.type === 'ended' && event.status === 'completed' && event.by === 'callee')
      say('hung up   the person put the handset down');
  });
  events.listen((name) => {
    const line = LINES[name];
    if (line) say(line);
  });
  const finished = () =>
    new Promise<VerificationEvent>((resolve) => {
      const stop = events.listen((name, event) => {
        if (name !== 'verification.finished') return;
        stop();
        resolve(event);
      });
    });
  return { say, finished };
}
