import { type Command, checkedUuid, UsageError } from '../command.ts';
import type { Tools } from '../tools.ts';
import { sayStory } from './say-story.ts';

const story: Command<Tools> = {
  usage: 'story ID',
  what: 'says in plain sentences what happened to a verification, when and why, and what to do; numbers are masked',
  async run({ storyOf, clock }, [id = '']) {
    const found = await storyOf(checkedUuid(id, 'as the request for the verification returned it'));
    if (!found) throw new UsageError('There is no verification with this ID.');
    return { text: sayStory(found, clock.now()), data: found };
  },
};

/** Commands about verifications. */
export const STORY_COMMANDS = [story];
