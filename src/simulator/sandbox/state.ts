/** What the sandbox itself remembers. */
import type { DeskMode, MethodView, WebhookView } from './browser/view.ts';
import { PEOPLE, type Person } from './people.ts';

/** Everything, by the user id of each person where it is theirs. */
export interface State {
  organisation: string;
  /** What outcome webhooks are signed with. */
  secret: string;
  hasSelfService: boolean;
  /** Whose phones are shown. */
  person: Person;
  modes: Map<string, DeskMode>;
  /** Why the last request was refused. */
  problems: Map<string, string>;
  webhooks: Map<string, WebhookView>;
  methods: Map<string, MethodView[]>;
  /** Texts that came before are not shown any more; milliseconds since 1970. */
  clearedAt: Map<string, number>;
}

/** The beginning: the first person, whose phone rings. */
export function newState(known: Pick<State, 'organisation' | 'secret' | 'hasSelfService'>): State {
  return {
    ...known,
    person: PEOPLE[0],
    modes: new Map(),
    problems: new Map(),
    webhooks: new Map(),
    methods: new Map(),
    clearedAt: new Map(),
  };
}
