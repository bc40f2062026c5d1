// A real OpenID provider for the tests: panva's oidc-provider, with the accounts and the client its arguments name.
// node provider.mjs '{"client": …, "secret": …, "callback": …, "accounts": {"sub": {claims}}}' prints its address.
// Whoever it is asked for signs in at its own form with their subject and any password.
import http from "node:http";
import Provider from "oidc-provider";

const said = JSON.parse(process.argv[2]);
const server = http.createServer();
server.listen(said.port ?? 0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: said.client,
      client_secret: said.secret,
      redirect_uris: [said.callback],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
    }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    conformIdTokenClaims: said.conforms ?? true,
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    cookies: { keys: ["only for tests"] },
    findAccount: (_ctx, sub) =>
      said.accounts[sub] && { accountId: sub, claims: () => ({ sub, ...said.accounts[sub] }) },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
