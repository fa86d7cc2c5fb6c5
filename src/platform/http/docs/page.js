// Runs in the browser: shows the API's description, and sends what a person tries out to where the page is from.

/** Where the service is, as the browser reaches it: the page is at its address `docs`. */
const origin = new URL('.', location.href).href.replace(/\/$/, '');

const dark = matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);

/** Says in the page that something failed, as text. */
function say(text) {
  document.querySelector('#state').textContent = text;
}

async function show() {
  const answer = await fetch('openapi.json');
  if (!answer.ok) throw new Error(`openapi.json was answered ${answer.status}`);
  const description = await answer.json();
  globalThis.SwaggerUIBundle({
    // The policy of the page lets no request go elsewhere.
    spec: { ...description, servers: [{ url: origin, description: 'Where this page is from' }] },
    domNode: document.querySelector('#operations'),
    deepLinking: true,
    displayRequestDuration: true,
    // Nobody else's validator, and keys stay in the memory of the page.
    validatorUrl: null,
    persistAuthorization: false,
    onComplete: () => say(''),
  });
}

dark.addEventListener('change', followScheme);
followScheme();
show().catch((error) => say(`The description cannot be shown: ${error.message}. Load the page again.`));
