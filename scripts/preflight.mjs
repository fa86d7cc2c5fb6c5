// Runs before the other scripts: says in one sentence what is wrong when the Node.js that the project brings is missing.
const [major] = process.versions.node.split('.').map(Number);
if (major < 26) {
  console.error(
    `Poundkey runs on Node.js 26, but this is ${process.versions.node}. It comes with the project: run "npm ci" without --ignore-scripts, then start through npm (npm start, npm test, npm run demo).`,
  );
  process.exit(1);
}
