// Call the service with its official SDK, unmodified.  Standard input is one
// JSON object:
//
//	submit, manage	endpoints, such as "https://localhost:8443"
//	key		{tenancy, user, fingerprint, pem}
//	retries		true: those of the SDK; else none
//	calls		[{operation, request, ...}], made one after the other
//
// A call may have "as", another key of the same form; "parallel", how often
// it is made at the same time; "wait", a waiter of the SDK and the states that
// it waits for: ["forEmailDomain", "ACTIVE"]; "token", an opc-retry-token, for
// which submission has no parameter.  One line of JSON a call tells what became
// of it: {"ok": response} or {"error": {statusCode, serviceCode,
// message, opcRequestId}}.  The authority of the server is in the environment,
// NODE_EXTRA_CA_CERTS, which node reads when it starts.

'use strict';

const fs = require('fs');
const common = require('oci-common');
const { EmailClient } = require('oci-email');
const { EmailDPClient } = require('oci-emaildataplane');

const given = JSON.parse(fs.readFileSync(0));
const submits = ['submitEmail', 'submitRawEmail'];

// An HTTP client of the SDK that adds a retry token to what it sends.
function withToken(provider, token) {
	const http = new common.FetchHttpClient(
		new common.DefaultRequestSigner(provider));

	return { send: (request, ...rest) => {
		request.headers.set('opc-retry-token', token);
		return http.send(request, ...rest);
	} };
}

// A client for the key; a new one each call, so that no circuit breaker opens.
function client(call) {
	const key = call.as || given.key;
	const provider = new common.SimpleAuthenticationDetailsProvider(
		key.tenancy, key.user, key.fingerprint, key.pem, null);
	const submit = submits.includes(call.operation);
	const made = new (submit ? EmailDPClient : EmailClient)(
		{ authenticationDetailsProvider: provider,
			httpClient: call.token &&
				withToken(provider, call.token) },
		given.retries ? {} : { retryConfiguration:
			common.NoRetryConfigurationDetails });

	made.endpoint = submit ? given.submit : given.manage;
	return made;
}

async function once(call) {
	try {
		const made = client(call);

		if (call.wait) {
			const waiters = made.createWaiters();
			const [waiter, ...states] = call.wait;

			return { ok: await waiters[waiter](call.request,
				...states) };
		}
		return { ok: await made[call.operation](call.request) };
	} catch (e) {
		return { error: { statusCode: e.statusCode,
			serviceCode: e.serviceCode, message: e.message,
			opcRequestId: e.opcRequestId } };
	}
}

async function main() {
	for (const call of given.calls) {
		const times = call.parallel || 1;
		const done = await Promise.all(
			Array.from({ length: times }, () => once(call)));

		for (const d of done)
			console.log(JSON.stringify(d));
	}
}

main();
