/** The one way for tests to get a world: opened before they run, closed after them, once on each store. */
import { afterAll, afterEach, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { type NetworkWorld, openNetworkWorld } from './network-world.ts';
import { describeEachStore, type FreshStores, freshStores, type StoreCombination } from './stores.ts';
import { openWorld, type World, type WorldOptions } from './world.ts';

/** A combination of stores, or what makes stores of another kind. */
export type Place<S extends FreshStores = FreshStores> = StoreCombination | (() => Promise<S>);

/** Settings, or what makes them just before the service starts. */
export type Options = WorldOptions | (() => WorldOptions);

/** What a block gets. Its objects are filled in when its first hook or test runs, not while it is being defined. */
interface Opened<W> {
  world: W;
  stores: FreshStores;
  combination: StoreCombination;
}

type Define<W> = (opened: Opened<W>) => void;
type Opening<T> = (stores: FreshStores) => Promise<T>;
interface Closable {
  close(): Promise<void>;
}

/** Defines the same tests once per combination of stores; those of a combination share a world. */
export function describeWorlds(name: string, ...rest: [Define<World>] | [Options, Define<World>]): void {
  const [options, define] = rest.length === 1 ? [{}, rest[0]] : rest;
  describeEachStore(name, (combination) => define({ combination, ...worldOn(combination, options) }));
}

/** As `describeWorlds`, with the phone network outside the service. */
export function describeNetworkWorlds(name: string, define: Define<NetworkWorld>): void {
  describeEachStore(name, (combination) => {
    const { opened, stores } = openOn(combination, (fresh) => openNetworkWorld(fresh));
    define({ combination, world: opened, stores });
  });
}

/** A world for the tests of the block, or of the file, that calls this. */
export function worldOn<S extends FreshStores>(place: Place<S>, options: Options = {}) {
  const { opened, stores } = openOn(place, openingWith(options));
  return { world: opened, stores };
}

/** A world of its own for every test of the block. */
export function worldOfEachTest<S extends FreshStores>(place: Place<S>, options: Options = {}) {
  const { opened, stores } = openBetween(beforeEach, afterEach, place, openingWith(options));
  return { world: opened, stores };
}

/** A world of its own, for the test that calls this; closed when the test has finished. */
export async function worldOfThisTest(place: Place, options: Options = {}): Promise<World> {
  return (await openForThisTest(place, openingWith(options))).opened;
}

/** Anything else that is opened on stores, for the tests of the block that calls this. */
export function openOn<T extends Closable, S extends FreshStores>(place: Place<S>, open: Opening<T>) {
  return openBetween(beforeAll, afterAll, place, open);
}

/** Anything else that is opened on stores, for the test that calls this. */
export async function openForThisTest<T extends Closable>(place: Place, open: Opening<T>) {
  const closing = new AsyncDisposableStack();
  onTestFinished(() => closing.disposeAsync());
  const stores = await storesOf(place, closing);
  return { stores, opened: await openLast(stores, open, closing) };
}

type Hook = (run: () => Promise<void>) => void;

/** vitest runs what is registered to run afterwards in reverse: a block's own hooks find everything still open. */
function openBetween<T extends Closable, S extends FreshStores>(
  before: Hook,
  after: Hook,
  place: Place<S>,
  open: Opening<T>,
): { opened: T; stores: S } {
  const stores = {} as S;
  const opened = {} as T;
  let closing: AsyncDisposableStack;
  before(async () => {
    closing = new AsyncDisposableStack();
    fill(stores, await storesOf(place, closing));
    fill(opened, await openLast(stores, open, closing));
  });
  after(() => closing.disposeAsync());
  return { opened, stores };
}

async function storesOf<S extends FreshStores>(place: Place<S>, closing: AsyncDisposableStack): Promise<S> {
  const stores = typeof place === 'function' ? await place() : ((await freshStores(place)) as S);
  closing.defer(() => stores.drop());
  return stores;
}

async function openLast<T extends Closable>(
  stores: FreshStores,
  open: Opening<T>,
  closing: AsyncDisposableStack,
): Promise<T> {
  const opened = await open(stores);
  closing.defer(() => opened.close());
  return opened;
}

const openingWith = (options: Options) => (stores: FreshStores) =>
  openWorld(stores, typeof options === 'function' ? options() : options);

/** Getters stay getters. */
function fill<T extends object>(target: T, source: T): void {
  Object.defineProperties(target, Object.getOwnPropertyDescriptors(source));
}
