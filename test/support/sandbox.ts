/** A world with the sandbox, whose time moves only when a story says so. */
import { onTestFinished, vi } from 'vitest';
import type { EntryView, View } from '../../src/simulator/sandbox/browser/view.ts';
import { SOON } from './own-time.ts';
import type { World } from './world.ts';

/** What a world with the sandbox is opened with. */
export const WITH_SANDBOX = { config: { sandbox: true } };

/** A page of the sandbox, without a browser: what the server tells it, and what it does. */
export type SandboxPage = Awaited<ReturnType<typeof openSandboxPage>>;

/** Opens a page for the test that calls this. The time stands from then on. */
export async function openSandboxPage(world: World) {
  world.time.pause();
  const { url } = world.simulator;
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const stream = await fetch(`${url}/sandbox/events`, { signal: leave.signal });
  if (!stream.ok || !stream.body) throw new Error(`no stream: ${stream.status} ${await stream.text()}`);
  const entries: EntryView[] = [];
  const views: View[] = [];
  void read(stream.body, entries, views).catch(() => undefined);
  await vi.waitFor(() => {
    if (views.length === 0) throw new Error('no view yet');
  }, SOON);

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  const page = {
    entries,
    /** The latest view. */
    get view(): View {
      return views.at(-1) as View;
    },
    post,
    /** Does something; resolves to the status, and why it could not be done. */
    async act(action: Record<string, unknown>): Promise<{ status: number; detail: string | null }> {
      const response = await post('/sandbox/do', action);
      const text = await response.text();
      return { status: response.status, detail: text === '' ? null : JSON.parse(text).detail };
    },
    /** Lets time pass; what happens on the way happens. */
    pass: (ms: number) => world.time.advance(ms),
    /** Waits until the view is as it should be. */
    see: (check: (view: View) => void) => vi.waitFor(() => check(page.view), SOON),
    /** The stations that have been passed. */
    passed: () => page.view.timeline.stations.filter(({ state }) => state !== 'todo').map(({ name }) => name),
  };
  return page;
}

async function read(body: NonNullable<Response['body']>, entries: EntryView[], views: View[]): Promise<void> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [name, data] = block.split('\n').map((line) => line.replace(/^(event|data): /, ''));
      if (name === 'view') views.push(JSON.parse(data ?? ''));
      if (name === 'entries') entries.push(...JSON.parse(data ?? ''));
    }
  }
}
