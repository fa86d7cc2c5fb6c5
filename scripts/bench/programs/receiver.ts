// Takes outcome webhooks and passes on which verification they are about.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { ofUser } from '../identity.ts';
import { wallClockMs } from '../wall-clock.ts';
import type { FromReceiver } from './messages.ts';

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  text(request)
    .then((body) => {
      const at = wallClockMs();
      response.writeHead(204).end();
      const { data } = JSON.parse(body);
      process.send?.({
        kind: 'outcome',
        n: ofUser(data.userId),
        outcome: data.outcome,
        at,
      } satisfies FromReceiver);
    })
    .catch((error: unknown) => console.error(error));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('disconnect', () => process.exit());
